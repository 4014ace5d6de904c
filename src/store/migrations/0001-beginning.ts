import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Types that SQLite, PostgreSQL and D1 all know; JSON and timestamps are text. */
export const beginning: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('tools')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('manifest', 'text', (c) => c.notNull())
      .addColumn('report', 'text', (c) => c.notNull())
      .addColumn('types', 'text', (c) => c.notNull())
      .addColumn('gbnf', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('removed_at', 'text')
      .addPrimaryKeyConstraint('tools_pk', ['name', 'version'])
      .execute();

    await db.schema
      .createTable('calls')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('seq', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('actor', 'text')
      .addColumn('request', 'text', (c) => c.notNull())
      .addColumn('grounded', 'text')
      .addColumn('tool', 'text')
      .addColumn('tool_version', 'integer')
      .addColumn('selection', 'text')
      .addColumn('text', 'text')
      .addColumn('arguments', 'text')
      .addColumn('confidence', 'double precision')
      .addColumn('adapter_name', 'text')
      .addColumn('adapter_digest', 'text')
      .addColumn('validation', 'text')
      .addColumn('attempts', 'integer', (c) => c.notNull())
      .addColumn('upstream_status', 'integer')
      .addColumn('upstream_body', 'text')
      .addColumn('error_code', 'text')
      .addColumn('error_message', 'text')
      .addColumn('usage', 'text', (c) => c.notNull())
      .addColumn('timings', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('calls_by_state').on('calls').columns(['state', 'id']).execute();
    await db.schema.createIndex('calls_by_tool').on('calls').columns(['tool', 'id']).execute();

    await db.schema
      .createTable('call_events')
      .addColumn('call_id', 'text', (c) => c.notNull().references('calls.id'))
      .addColumn('seq', 'integer', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('at', 'text', (c) => c.notNull())
      .addColumn('data', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('call_events_pk', ['call_id', 'seq'])
      .execute();

    await db.schema
      .createTable('reviews')
      .addColumn('id', 'text', (c) => c.primaryKey().notNull())
      .addColumn('call_id', 'text', (c) => c.notNull().references('calls.id'))
      .addColumn('tool', 'text', (c) => c.notNull())
      .addColumn('tool_version', 'integer', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('message', 'text', (c) => c.notNull())
      .addColumn('issues', 'text', (c) => c.notNull())
      .addColumn('arguments', 'text')
      .addColumn('status', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('decided_at', 'text')
      .addColumn('decided_by', 'text')
      .addColumn('note', 'text')
      .addColumn('corrected', 'text')
      .execute();
    await db.schema.createIndex('reviews_by_status').on('reviews').columns(['status', 'id']).execute();
    await db.schema.createIndex('reviews_by_tool').on('reviews').columns(['tool', 'id']).execute();
    await db.schema.createIndex('reviews_by_call').on('reviews').columns(['call_id', 'id']).execute();

    await db.schema
      .createTable('adapters')
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('folder', 'text', (c) => c.notNull())
      .addColumn('info', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('adapters_pk', ['name', 'digest'])
      .execute();

    await db.schema
      .createTable('idempotency_keys')
      .addColumn('scope', 'text', (c) => c.notNull())
      .addColumn('key', 'text', (c) => c.notNull())
      .addColumn('digest', 'text', (c) => c.notNull())
      .addColumn('call_id', 'text', (c) => c.notNull().references('calls.id'))
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('idempotency_keys_pk', ['scope', 'key'])
      .execute();
  },
};
