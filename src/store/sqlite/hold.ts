import { DatabaseSync } from 'node:sqlite';
import { TenonError } from '../../errors.ts';

/**
 * Keeps other gateways off a database file for as long as this process lives: recovery takes every open call for one
 * that a crash left behind, which is wrong while its owner is alive. Readers are not kept off. The lock is SQLite's
 * own, on an empty file beside it, so the system drops it whatever way the process ends.
 */
export function holdFile(file: string): () => void {
  const lock = new DatabaseSync(`${file}.lock`);
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (error instanceof Error && /locked|busy/.test(error.message)) {
      throw new TenonError('store_in_use', { location: file }, { cause: error });
    }
    throw error;
  }
  return () => lock.close();
}
