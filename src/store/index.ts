// The store: what was asked, decided, sent and answered, in SQLite by default.
// `openStore` opens it durably, brings its tables up to date and hands out one repository a kind of row.
// Rows are plain data; what they mean is known to the rooms that write them.
// Queries are Kysely's and migrations its schema builder's, so another dialect needs no other queries.
// A changed row is changed only if it is still as its writer saw it: of two writers, one gets a StoreConflict.
export type { AdapterStore } from './adapter-store.ts';
export type { AuditFilter, AuditStore } from './audit-store.ts';
export type { CallChanges, CallFilter, CallStore } from './call-store.ts';
export { StoreConflict } from './conflict.ts';
export type { IdempotencyStore } from './idempotency-store.ts';
export { createId } from './ids.ts';
export type { KeyStore } from './key-store.ts';
export { openStore, type Repositories, type Store, type StoreLocation } from './open.ts';
export { MAX_PAGE } from './paging.ts';
export type { CorrectedRow, ReviewDecided, ReviewFilter, ReviewStore } from './review-store.ts';
export type { ToolStore } from './tool-store.ts';
export type {
  AdapterRow,
  AuditRow,
  CallEventRow,
  CallRow,
  IdempotencyKeyRow,
  KeyRow,
  KeySecretRow,
  PageOf,
  PageRequest,
  ReviewRow,
  ToolRow,
} from './types.ts';
