import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureDataFolder } from '../../src/cli/serve/data-folder.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tenon-data-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('the data folder', () => {
  it('is made with its parents, for this user alone, and found again', async () => {
    const folder = join(root, 'a', 'b');
    expect(await ensureDataFolder(folder)).toBe(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await ensureDataFolder(folder)).toBe(folder);
  });

  it('is refused where a file stands', async () => {
    await writeFile(join(root, 'file'), '');
    for (const path of ['file', 'file/below'])
      await expect(ensureDataFolder(join(root, path))).rejects.toMatchObject({ code: 'store_unwritable' });
  });

  it.runIf(process.platform === 'linux')('is refused where the file system makes no folders', async () => {
    for (const path of ['/proc/tenon', '/proc/tenon/data'])
      await expect(ensureDataFolder(path)).rejects.toMatchObject({ code: 'store_unwritable' });
  });
});
