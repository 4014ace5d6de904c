import { readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDecoderWeights } from '../../src/model/decoder-weights.ts';
import { inspectModel } from '../../src/model/index.ts';
import { ModelLibrary } from '../../src/model/library/index.ts';
import { readConfig } from '../../src/model/load-model.ts';
import { requiredTensors } from '../../src/model/required-tensors.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { TENON_BASE, temporaryFolder, writeTinyModel } from './tiny-model.ts';

test('a folder is checked, linked to, listed and found; by path it is found too', async () => {
  const [data, folder] = [temporaryFolder(), writeTinyModel(TINY_CONFIGS.gemma3)];
  const library = new ModelLibrary(data);
  expect(library.list()).toEqual([]);
  const summary = await library.addFolder(folder, 'tiny');
  expect(summary).toMatchObject({ architecture: 'gemma3', layers: 4, vocabulary: 4096, types: ['F32'] });
  expect(library.list()).toEqual([{ name: 'tiny', folder: realpathSync(folder), source: null }]);
  expect(library.find('tiny')).toBe(join(data, 'models/tiny'));
  expect(library.find(TENON_BASE)).toBe(TENON_BASE);
  await expect(library.addFolder(TENON_BASE, 'tiny')).rejects.toMatchObject({ code: 'model_exists' });
});

test('the name is the folder’s, and names that are paths are refused', async () => {
  const library = new ModelLibrary(temporaryFolder());
  await library.addFolder(TENON_BASE);
  expect(library.list().map(({ name }) => name)).toEqual(['tenon-base']);
  for (const name of ['../x', '.incoming', '', 'a/b', '-x'])
    await expect(library.addFolder(TENON_BASE, name)).rejects.toMatchObject({ code: 'usage' });
  for (const name of ['..x', 'nothing', '../nothing'])
    expect(() => library.find(name)).toThrow(expect.objectContaining({ code: 'model_not_found' }));
});

test('what cannot be served is refused before anything is written', async () => {
  const data = temporaryFolder();
  const folder = writeTinyModel();
  rmSync(join(folder, 'model.safetensors'));
  await expect(new ModelLibrary(data).addFolder(folder)).rejects.toMatchObject({ code: 'model_invalid' });
  writeFileSync(join(folder, 'config.json'), '{"model_type":"mamba"}');
  await expect(new ModelLibrary(data).addFolder(folder)).rejects.toMatchObject({ code: 'model_unsupported' });
  expect(readdirSync(data)).toEqual([]);
});

test.each([
  ['time', '{% for i in range(10000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}', 3000, 4096],
  ['memory', '{{ range(1000000000) }}', 600_000, 64],
])('a chat template that takes too much %s is refused', async (what, template, ms, memoryMb) => {
  const folder = writeTinyModel();
  writeFileSync(join(folder, 'chat_template.jinja'), template);
  const adding = new ModelLibrary(temporaryFolder(), { ms, memoryMb }).addFolder(folder);
  await expect(adding).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringMatching(`takes too much ${what}`),
  });
});

test('a model whose folder is gone keeps its name and is listed', async () => {
  const [library, folder] = [new ModelLibrary(temporaryFolder()), writeTinyModel()];
  await library.addFolder(folder, 'tiny');
  renameSync(folder, `${folder}-moved`);
  expect(library.list()).toMatchObject([{ name: 'tiny', source: null }]);
  expect(() => library.find('tiny')).toThrow(expect.objectContaining({ code: 'model_not_found' }));
  await expect(library.addFolder(TENON_BASE, 'tiny')).rejects.toMatchObject({ code: 'model_exists' });
});

test.each(Object.entries(TINY_CONFIGS))('inspection asks for what loading reads: %s', (_, json) => {
  const folder = writeTinyModel(json);
  const config = readConfig(folder);
  const read = new Map<string, readonly number[]>();
  readDecoderWeights(config, (name, shape) => {
    read.set(name, shape);
    return new Float32Array(shape.reduce((a, b) => a * b, 1));
  });
  expect(new Map([...requiredTensors(config)].sort())).toEqual(new Map([...read].sort()));
  expect(inspectModel(folder).architecture).toBe(config.architecture);
});
