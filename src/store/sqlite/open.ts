import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TenonError } from '../../errors.ts';
import { holdFile } from './hold.ts';

/** Up to here the whole file is checked when it is opened: about 100 ms. */
const MAX_CHECKED_BYTES = 64 * 1024 * 1024;

export interface OpenedSqlite {
  readonly database: DatabaseSync;
  release(): void;
}

/**
 * Opens a database file durably: write-ahead log, synced at every commit. Throws `store_unwritable`,
 * `store_corrupt`, `store_in_use` (another gateway works on the file).
 */
export function openSqlite(file: string): OpenedSqlite {
  const held = guard(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    return holdFile(file);
  });
  try {
    const database = guard(file, () => prepare(new DatabaseSync(file), file));
    return { database, release: held };
  } catch (error) {
    held();
    throw error;
  }
}

export function openMemory(): OpenedSqlite {
  const database = new DatabaseSync(':memory:');
  database.exec('PRAGMA foreign_keys = ON');
  return { database, release: () => {} };
}

function prepare(database: DatabaseSync, file: string): DatabaseSync {
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    database.exec('PRAGMA journal_mode = WAL');
    // FULL: a commit is on the disk before it returns, so a power cut loses no state that was acted on.
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA foreign_keys = ON');
    if (statSync(file).size <= MAX_CHECKED_BYTES) check(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function check(database: DatabaseSync, file: string): void {
  const result = database.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (result !== 'ok') throw new TenonError('store_corrupt', { location: file, reason: String(result) });
}

/** Turns what SQLite and the file system say into the error that says what to do. */
function guard<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TenonError || !(error instanceof Error)) throw error;
    const values = { location: file, reason: error.message };
    if (/not a database|malformed/.test(error.message))
      throw new TenonError('store_corrupt', values, { cause: error });
    throw new TenonError('store_unwritable', values, { cause: error });
  }
}
