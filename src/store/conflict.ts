/** The row exists already, or is not any more what the writer saw. The caller knows which error that is for a person. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';
}

/** Runs an insert; a duplicate key becomes a StoreConflict. SQLite and D1 say it in words, PostgreSQL by SQLSTATE. */
export async function orConflict<T>(what: string, insert: () => Promise<T>): Promise<T> {
  try {
    return await insert();
  } catch (error) {
    if (isDuplicate(error)) throw new StoreConflict(`${what} exists already`, { cause: error });
    throw error;
  }
}

function isDuplicate(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === '23505') || /UNIQUE constraint failed/.test(error.message);
}
