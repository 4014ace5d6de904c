import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TenonError } from '../../errors.ts';

/** Makes the data folder where it is missing, for this user alone. Throws `store_unwritable`. */
export async function ensureDataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new TenonError('store_unwritable', { location: folder, reason }, { cause: error });
  }
}
