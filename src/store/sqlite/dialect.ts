import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Dialect, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** Queries are few and fixed, so their statements are kept; the bound is for lists of varying length. */
const MAX_STATEMENTS = 256;

/**
 * Kysely's own SQLite dialect over Node's built-in SQLite. Kysely expects better-sqlite3's shape, which must be
 * compiled for the Node that runs it; Node's own needs nothing.
 */
export function createSqliteDialect(database: DatabaseSync): Dialect {
  const statements = new Map<string, SqliteStatement>();
  const shaped: SqliteDatabase = {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      const made = shape(database.prepare(sql));
      statements.set(sql, made);
      return made;
    },
  };
  return new SqliteDialect({ database: shaped });
}

function shape(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bindable(parameters)),
    run: (parameters) => statement.run(...bindable(parameters)),
    iterate: (parameters) => statement.iterate(...bindable(parameters)),
  };
}

/** Rows hold texts, numbers and null only; anything else is refused by SQLite itself. */
function bindable(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
