import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const keysAndAudit: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('api_keys')
      .addColumn('name', 'text', (c) => c.primaryKey().notNull())
      .addColumn('scopes', 'text', (c) => c.notNull())
      .addColumn('tools', 'text')
      .addColumn('requests_per_minute', 'integer')
      .addColumn('concurrency', 'integer')
      .addColumn('tokens_per_day', 'integer')
      .addColumn('expires_at', 'text')
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('removed_at', 'text')
      .execute();

    await db.schema
      .createTable('api_key_secrets')
      .addColumn('prefix', 'text', (c) => c.primaryKey().notNull())
      .addColumn('key', 'text', (c) => c.notNull().references('api_keys.name'))
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('expires_at', 'text')
      .execute();

    await db.schema
      .createTable('api_key_usage')
      .addColumn('key', 'text', (c) => c.notNull().references('api_keys.name'))
      .addColumn('day', 'text', (c) => c.notNull())
      .addColumn('tokens', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('api_key_usage_pk', ['key', 'day'])
      .execute();

    await db.schema
      .createTable('audit_log')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('actor', 'text', (c) => c.notNull())
      .addColumn('action', 'text', (c) => c.notNull())
      .addColumn('target', 'text', (c) => c.notNull())
      .addColumn('data', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('audit_log_by_target').on('audit_log').columns(['target', 'id']).execute();
    await db.schema.createIndex('audit_log_by_actor').on('audit_log').columns(['actor', 'id']).execute();
    if (db.getExecutor().adapter instanceof SqliteAdapter) await refuseChanges(db);
  },
};

/** What stands in the audit log stays there, whatever a program above says. SQLite's and D1's own syntax. */
async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  // Without the last one, INSERT OR REPLACE would take a row out without DELETE being heard of.
  const changes = {
    update: '',
    delete: '',
    replace: 'WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id)',
  };
  for (const [change, when] of Object.entries(changes)) {
    const verb = change === 'replace' ? 'INSERT' : change.toUpperCase();
    await sql
      .raw(
        `CREATE TRIGGER audit_log_no_${change} BEFORE ${verb} ON audit_log ${when}
         BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
      )
      .execute(db);
  }
}
