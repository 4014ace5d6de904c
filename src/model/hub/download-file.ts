import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TenonError } from '../../errors.ts';
import type { HubFile, HubRepository } from './hub-repository.ts';

/** How often a broken connection is taken up again before it is given up. */
const RESUMES = 3;

/**
 * Downloads one file into `folder`, going on where an earlier attempt stopped (`NAME.part`), and checks what came.
 * `onBytes` is told how much more is there, what was there before included. Throws `hub_unreachable`,
 * `hub_refused`, and `hub_file_corrupt`, after which nothing of the file is kept.
 */
export async function downloadHubFile(
  repository: HubRepository,
  file: HubFile,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const target = join(folder, file.path);
  const part = `${target}.part`;
  if ((await sizeOf(target)) === file.size) {
    onBytes(file.size);
    return;
  }
  onBytes(Math.min(await sizeOf(part), file.size));
  try {
    for (let resumes = 0; ; resumes++) {
      const broken = await fetchRest(repository, file, part, onBytes).catch(brokenOnly);
      if (!broken) break;
      if (resumes === RESUMES) throw broken;
    }
    if ((await checksumOf(part, file)) !== file.checksum.hex)
      throw new TenonError('hub_file_corrupt', { file: file.path });
  } catch (error) {
    if (error instanceof TenonError && error.code === 'hub_file_corrupt') await rm(part, { force: true });
    throw error;
  }
  await rename(part, target);
}

/** A connection that broke may be taken up again; what else failed will fail again. */
function brokenOnly(error: unknown): TenonError {
  if (error instanceof TenonError && error.code === 'hub_unreachable') return error;
  throw error;
}

async function fetchRest(
  repository: HubRepository,
  file: HubFile,
  part: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const have = await sizeOf(part);
  // Of another file, or of a hub that sent too much: begun anew.
  if (have > file.size) await rm(part);
  const from = have > file.size ? 0 : have;
  if (from === file.size) return;
  const handle = await open(part, 'a', 0o600);
  try {
    let at = from;
    for await (const chunk of repository.read(file, from)) {
      const room = chunk.subarray(0, file.size - at);
      await handle.writeFile(room);
      at += room.length;
      onBytes(room.length);
      if (room.length < chunk.length) throw new TenonError('hub_file_corrupt', { file: file.path });
    }
    if (at < file.size) throw repository.broken(`${file.path} ended early`);
  } finally {
    await handle.close();
  }
}

async function checksumOf(path: string, { size, checksum }: HubFile): Promise<string> {
  const hash = createHash(checksum.kind === 'git' ? 'sha1' : 'sha256');
  // A blob of git is hashed with its kind and length before it.
  if (checksum.kind === 'git') hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? found.size : 0;
}
