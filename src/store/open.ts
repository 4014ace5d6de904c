import { join } from 'node:path';
import { Kysely } from 'kysely';
import { type AdapterStore, createAdapterStore } from './adapter-store.ts';
import { type AuditStore, createAuditStore } from './audit-store.ts';
import { type CallStore, createCallStore } from './call-store.ts';
import { createIdempotencyStore, type IdempotencyStore } from './idempotency-store.ts';
import { createKeyStore, type KeyStore } from './key-store.ts';
import { migrate } from './migrate.ts';
import { createReviewStore, type ReviewStore } from './review-store.ts';
import { createSqliteDialect } from './sqlite/dialect.ts';
import { createGroupCommit } from './sqlite/group-commit.ts';
import { openMemory, openSqlite } from './sqlite/open.ts';
import type { Tables } from './tables.ts';
import { createToolStore, type ToolStore } from './tool-store.ts';

export interface Repositories {
  readonly tools: ToolStore;
  readonly calls: CallStore;
  readonly reviews: ReviewStore;
  readonly adapters: AdapterStore;
  readonly idempotency: IdempotencyStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
}

export interface Store extends Repositories {
  /** All of `work` becomes durable, or, where it throws, none. Use the repositories it is given, not the store's. */
  transaction<T>(work: (within: Repositories) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `folder` is made where it is missing and holds `tenon.db`; `memory` is for tests and dry runs. */
export type StoreLocation =
  | { readonly folder: string }
  | { readonly file: string }
  | { readonly memory: true };

/** Throws `store_unwritable`, `store_corrupt`, `store_in_use`, `store_newer`. */
export async function openStore(location: StoreLocation): Promise<Store> {
  const file =
    'folder' in location ? join(location.folder, 'tenon.db') : 'file' in location ? location.file : null;
  const { database, release } = file === null ? openMemory() : openSqlite(file);
  const db = new Kysely<Tables>({ dialect: createSqliteDialect(database) });
  const commit = createGroupCommit(db);
  const close = async () => {
    // Behind every transaction already asked for; that it fails is for their callers to hear.
    await commit(async () => {}).catch(() => {});
    await db.destroy();
    release();
  };
  try {
    await migrate(db, file ?? 'memory');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...repositories(db),
    transaction: (work) => commit((within) => work(repositories(within))),
    close,
  };
}

function repositories(db: Kysely<Tables>): Repositories {
  return {
    tools: createToolStore(db),
    calls: createCallStore(db),
    reviews: createReviewStore(db),
    adapters: createAdapterStore(db),
    idempotency: createIdempotencyStore(db),
    keys: createKeyStore(db),
    audit: createAuditStore(db),
  };
}
