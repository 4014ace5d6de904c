import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadManifests } from '../../src/tools/index.ts';

it('reads the JSON files of a folder by name, and says which one it cannot read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-manifests-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'b.json'), '{"name": "b"}');
  await writeFile(join(folder, 'a.json'), '{"name": "a"}');
  await writeFile(join(folder, 'README.md'), 'no tool');
  expect((await loadManifests(folder)).map((file) => file.manifest)).toEqual([{ name: 'a' }, { name: 'b' }]);

  await writeFile(join(folder, 'c.json'), '{"name": ');
  await expect(loadManifests(folder)).rejects.toMatchObject({
    code: 'file_unreadable',
    values: { path: join(folder, 'c.json') },
  });
  await expect(loadManifests(join(folder, 'none'))).rejects.toMatchObject({ code: 'file_unreadable' });
});
