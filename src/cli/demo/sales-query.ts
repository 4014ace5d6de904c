import { constants, DatabaseSync } from 'node:sqlite';
import { SALES } from './sales-rows.ts';

export type QueryAnswer =
  | { readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly more: boolean }
  | { readonly error: string };

const MOST_ROWS = 100;

/** Reading the table is allowed, and functions as far as they are harmless; everything else SQLite itself refuses. */
const FUNCTIONS = new Set('count sum avg min max lower upper length round abs coalesce date like'.split(' '));

/** The rows of one SELECT over `sales`, at most a hundred. It runs until it is done: see `sales-process.ts`. */
export function answerQuery(sql: string): QueryAnswer {
  const db = open();
  try {
    const rows: Record<string, unknown>[] = [];
    for (const row of db.prepare(sql).iterate()) {
      if (rows.length === MOST_ROWS) return { rows, more: true };
      rows.push(row);
    }
    return { rows, more: false };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    db.close();
  }
}

function open(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE sales (day TEXT, region TEXT, product TEXT, quantity INTEGER, amount REAL)');
  const insert = db.prepare('INSERT INTO sales VALUES (?, ?, ?, ?, ?)');
  for (const sale of SALES) insert.run(...sale);
  db.exec('PRAGMA query_only = ON');
  db.setAuthorizer((action, table, name) => {
    const allowed =
      action === constants.SQLITE_SELECT ||
      (action === constants.SQLITE_READ && (table === 'sales' || table === '')) ||
      (action === constants.SQLITE_FUNCTION && FUNCTIONS.has(String(name).toLowerCase()));
    return allowed ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
  return db;
}
