import type { Kysely } from 'kysely';
import { orConflict } from './conflict.ts';
import type { Tables } from './tables.ts';
import type { KeyRow, KeySecretRow } from './types.ts';

/** API keys, the digests of their secrets, and the tokens they spent. A secret itself is never here. */
export interface KeyStore {
  /** Throws StoreConflict where the name was ever used. */
  insert(row: KeyRow): Promise<void>;
  /** Removed ones included, by name. */
  list(): Promise<KeyRow[]>;
  remove(name: string, at: string): Promise<void>;
  insertSecret(row: KeySecretRow): Promise<void>;
  secrets(): Promise<KeySecretRow[]>;
  expireSecret(prefix: string, at: string): Promise<void>;
  deleteSecrets(prefixes: readonly string[]): Promise<void>;
  /** Adds to what a key has spent on a day (`2026-11-24`, UTC). */
  spend(name: string, day: string, tokens: number): Promise<void>;
  /** By key. */
  spentOn(day: string): Promise<ReadonlyMap<string, number>>;
}

export function createKeyStore(db: Kysely<Tables>): KeyStore {
  return {
    async insert(row) {
      await orConflict(`key ${row.name}`, () => db.insertInto('api_keys').values(row).execute());
    },
    async list() {
      return await db.selectFrom('api_keys').selectAll().orderBy('name').execute();
    },
    async remove(name, at) {
      await db.updateTable('api_keys').set({ removed_at: at }).where('name', '=', name).execute();
      await db.deleteFrom('api_key_secrets').where('key', '=', name).execute();
    },
    async insertSecret(row) {
      await orConflict(`secret ${row.prefix}`, () => db.insertInto('api_key_secrets').values(row).execute());
    },
    async secrets() {
      return await db.selectFrom('api_key_secrets').selectAll().orderBy('created_at').execute();
    },
    async expireSecret(prefix, at) {
      await db.updateTable('api_key_secrets').set({ expires_at: at }).where('prefix', '=', prefix).execute();
    },
    async deleteSecrets(prefixes) {
      if (prefixes.length === 0) return;
      await db.deleteFrom('api_key_secrets').where('prefix', 'in', prefixes).execute();
    },
    async spend(name, day, tokens) {
      await db
        .insertInto('api_key_usage')
        .values({ key: name, day, tokens })
        .onConflict((oc) =>
          oc
            .columns(['key', 'day'])
            .doUpdateSet((eb) => ({ tokens: eb('api_key_usage.tokens', '+', tokens) })),
        )
        .execute();
    },
    async spentOn(day) {
      const rows = await db
        .selectFrom('api_key_usage')
        .select(['key', 'tokens'])
        .where('day', '=', day)
        .execute();
      return new Map(rows.map(({ key, tokens }) => [key, tokens]));
    },
  };
}
