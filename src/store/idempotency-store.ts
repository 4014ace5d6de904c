import type { Kysely } from 'kysely';
import { orConflict } from './conflict.ts';
import type { Tables } from './tables.ts';
import type { IdempotencyKeyRow } from './types.ts';

export interface IdempotencyStore {
  /** Throws StoreConflict where the scope has the key: the caller lost a race, or repeats a request. */
  claim(row: IdempotencyKeyRow): Promise<void>;
  get(scope: string, key: string): Promise<IdempotencyKeyRow | null>;
  /** Forgets those that were claimed before, ISO 8601 in UTC; how many. Their calls stay. */
  forgetBefore(at: string): Promise<number>;
}

export function createIdempotencyStore(db: Kysely<Tables>): IdempotencyStore {
  return {
    async claim(row) {
      const insert = db.insertInto('idempotency_keys').values(row);
      await orConflict(`idempotency key ${row.key}`, () => insert.execute());
    },
    async get(scope, key) {
      const rows = db
        .selectFrom('idempotency_keys')
        .selectAll()
        .where('scope', '=', scope)
        .where('key', '=', key);
      return (await rows.executeTakeFirst()) ?? null;
    },
    async forgetBefore(at) {
      const result = await db.deleteFrom('idempotency_keys').where('created_at', '<', at).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
