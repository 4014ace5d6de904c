import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';
import type { AdapterRow } from './types.ts';

/** Adapters by name; a name's versions are told apart by their content. */
export interface AdapterStore {
  /** The same content again changes nothing but when it was last put there, which makes it current. */
  put(row: AdapterRow): Promise<void>;
  /** The version put there last. */
  current(name: string): Promise<AdapterRow | null>;
  /** Every version, by name, newest first. */
  list(): Promise<AdapterRow[]>;
  /** Every version of the name. */
  remove(name: string): Promise<void>;
}

export function createAdapterStore(db: Kysely<Tables>): AdapterStore {
  return {
    async put(row) {
      const { folder, info, created_at } = row;
      await db
        .insertInto('adapters')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['name', 'digest']).doUpdateSet({ folder, info, created_at }),
        )
        .execute();
    },
    async current(name) {
      const rows = db.selectFrom('adapters').selectAll().where('name', '=', name);
      return (await rows.orderBy('created_at', 'desc').limit(1).executeTakeFirst()) ?? null;
    },
    async list() {
      return await db
        .selectFrom('adapters')
        .selectAll()
        .orderBy('name')
        .orderBy('created_at', 'desc')
        .execute();
    },
    async remove(name) {
      await db.deleteFrom('adapters').where('name', '=', name).execute();
    },
  };
}
