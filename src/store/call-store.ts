import type { Kysely } from 'kysely';
import { orConflict, StoreConflict } from './conflict.ts';
import { lowestIdSince } from './ids.ts';
import { pageOf, rowsToRead } from './paging.ts';
import type { Tables } from './tables.ts';
import type { CallEventRow, CallRow, PageOf, PageRequest } from './types.ts';

export interface CallFilter {
  readonly state?: string;
  readonly tool?: string;
  /** Of any of these tools. */
  readonly tools?: readonly string[];
  readonly actor?: string;
  /** Created at or after, ISO 8601 in UTC. */
  readonly since?: string;
}

export type CallChanges = Partial<Omit<CallRow, 'id' | 'seq' | 'state' | 'created_at' | 'request' | 'actor'>>;

/** Calls, and everything that happened to them. A call's state changes only together with an event that tells it. */
export interface CallStore {
  /** With its first event. */
  insert(row: CallRow, data: string): Promise<void>;
  get(id: string): Promise<CallRow | null>;
  list(filter: CallFilter, page: PageRequest): Promise<PageOf<CallRow>>;
  events(id: string): Promise<CallEventRow[]>;
  /** Those in any of these states, oldest first. */
  inStates(states: readonly string[]): Promise<CallRow[]>;
  /** The row into its next state, if it is still as `row` says; else throws StoreConflict. Run it in a transaction. */
  advance(row: CallRow, state: string, changes: CallChanges, data: string): Promise<CallRow>;
}

export function createCallStore(db: Kysely<Tables>): CallStore {
  const record = async (row: CallRow, data: string) => {
    const event = { call_id: row.id, seq: row.seq, state: row.state, at: row.updated_at, data };
    await db.insertInto('call_events').values(event).execute();
  };

  return {
    async insert(row, data) {
      await orConflict(`call ${row.id}`, () => db.insertInto('calls').values(row).execute());
      await record(row, data);
    },
    async get(id) {
      return (await db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
    },
    async list(filter, page) {
      let query = db.selectFrom('calls').selectAll().orderBy('id', 'desc').limit(rowsToRead(page));
      if (filter.state !== undefined) query = query.where('state', '=', filter.state);
      if (filter.tool !== undefined) query = query.where('tool', '=', filter.tool);
      if (filter.tools !== undefined) query = query.where('tool', 'in', filter.tools);
      if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
      if (filter.since !== undefined) {
        query = query
          .where('id', '>=', lowestIdSince('call', filter.since))
          .where('created_at', '>=', filter.since);
      }
      if (page.after !== undefined) query = query.where('id', '<', page.after);
      return pageOf(await query.execute(), page);
    },
    async events(id) {
      return await db
        .selectFrom('call_events')
        .selectAll()
        .where('call_id', '=', id)
        .orderBy('seq')
        .execute();
    },
    async inStates(states) {
      return await db.selectFrom('calls').selectAll().where('state', 'in', states).orderBy('id').execute();
    },
    async advance(row, state, changes, data) {
      const changed = {
        ...changes,
        state,
        seq: row.seq + 1,
        updated_at: changes.updated_at ?? new Date().toISOString(),
      };
      const result = await db
        .updateTable('calls')
        .set(changed)
        .where('id', '=', row.id)
        .where('seq', '=', row.seq)
        .executeTakeFirst();
      if (result.numUpdatedRows !== 1n) throw new StoreConflict(`call ${row.id} has moved on`);
      const next = { ...row, ...changed };
      await record(next, data);
      return next;
    },
  };
}
