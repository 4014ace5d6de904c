import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TenonError } from '../../errors.ts';

/** Makes the data folder where it is missing, for this user alone. Throws `store_unwritable`. */
export async function ensureDataFolder(path: string): Promise<string> {
  const folder = resolve(path);
  try {
    await makeFolder(folder);
    return folder;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new TenonError('store_unwritable', { location: folder, reason }, { cause: error });
  }
}

/** Node's own `recursive` never ends where a file system says ENOENT below a folder that exists, as /proc does. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => error);
  if (made === undefined) return;
  if (made.code === 'EEXIST') {
    await mkdir(folder, { recursive: true });
    return;
  }
  if (made.code !== 'ENOENT' || dirname(folder) === folder) throw made;
  await makeFolder(dirname(folder));
  await mkdir(folder, { mode: 0o700 });
}
