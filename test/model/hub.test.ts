import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FetchProgress, ModelLibrary } from '../../src/model/library/index.ts';
import { COMMIT, type HubServer, startHub } from './hub-server.ts';
import { temporaryFolder, writeTinyModel } from './tiny-model.ts';

const ID = 'someone/tiny';
let hub: HubServer;
let origin: string;
let data: string;
let library: ModelLibrary;
beforeEach(async () => {
  origin = writeTinyModel();
  data = temporaryFolder();
  library = new ModelLibrary(data);
  hub = await startHub(ID, origin);
});
afterEach(async () => {
  await hub.close();
});

const WEIGHTS = 'model.safetensors';
const models = () => join(data, 'models');
const fetch = (onProgress?: (progress: FetchProgress) => void, revision?: string) =>
  library.addFromHub({ id: ID, url: hub.url, ...(revision && { revision }) }, undefined, onProgress);

test('fetches what a model needs and nothing else, small files first', async () => {
  const seen: FetchProgress[] = [];
  const summary = await fetch((progress) => seen.push(progress), 'v1');
  expect(summary).toMatchObject({ architecture: 'llama', types: ['F32'], layers: 2 });
  expect(hub.fetched.toSorted()).toEqual(readdirSync(origin).toSorted());
  expect(hub.fetched.at(-1)).toBe(WEIGHTS);
  const folder = library.find('tiny');
  for (const name of readdirSync(origin))
    expect(Buffer.compare(readFileSync(join(folder, name)), readFileSync(join(origin, name)))).toBe(0);
  expect(seen.at(-1)).toMatchObject({ file: WEIGHTS, done: seen.at(-1)!.total });
  expect(library.list()).toEqual([{ name: 'tiny', folder, source: `${ID}@${COMMIT.slice(0, 12)}` }]);
  expect(readdirSync(join(models(), '.incoming'))).toEqual([]);
});

test('a connection that breaks is taken up where it broke', async () => {
  hub.faults.cut = { path: WEIGHTS, after: 100_000, times: 2 };
  await fetch();
  const [first, second, third] = hub.fetched.filter((line) => line.startsWith(WEIGHTS));
  expect(first).toBe(WEIGHTS);
  const resumedAt = [second, third].map((line) => Number(/from byte (\d+)/.exec(line!)![1]));
  expect(resumedAt[0]).toBeGreaterThan(0);
  expect(resumedAt[1]).toBeGreaterThan(resumedAt[0]!);
});

test('a hub that falls silent is given up, and what came is kept', async () => {
  hub.faults.stall = { path: WEIGHTS, after: 60_000 };
  const source = { id: ID, url: hub.url, patienceMs: 400 };
  await expect(library.addFromHub(source)).rejects.toMatchObject({
    code: 'hub_unreachable',
    message: expect.stringContaining('nothing came for 0.4 s'),
  });
  delete hub.faults.stall;
  hub.fetched.length = 0;
  await library.addFromHub(source);
  expect(hub.fetched).toEqual([expect.stringMatching(/from byte \d{5,}$/)]);
});

test('what came is kept when it is given up, and the next attempt goes on from there', async () => {
  hub.faults.cut = { path: WEIGHTS, after: 50_000, times: 4 };
  await expect(fetch()).rejects.toMatchObject({ code: 'hub_unreachable' });
  expect(library.list()).toEqual([]);
  expect(() => library.find('tiny')).toThrow(expect.objectContaining({ code: 'model_not_found' }));
  hub.fetched.length = 0;
  const seen: FetchProgress[] = [];
  await fetch((progress) => seen.push(progress));
  expect(hub.fetched).toEqual([expect.stringMatching(/^model\.safetensors from byte \d{5,}$/)]);
  expect(seen.at(-1)).toMatchObject({ done: seen.at(-1)!.total });
  expect(library.find('tiny')).toBe(join(models(), 'tiny'));
});

test.each([WEIGHTS, 'tokenizer.json'])(
  'a corrupted %s is noticed, removed and fetched anew',
  async (path) => {
    hub.faults.corrupt = path;
    await expect(fetch()).rejects.toMatchObject({
      code: 'hub_file_corrupt',
      message: expect.stringContaining(path),
    });
    expect(library.list()).toEqual([]);
    delete hub.faults.corrupt;
    hub.fetched.length = 0;
    await fetch();
    expect(hub.fetched).toContain(path);
  },
);

test('more than was announced is refused', async () => {
  hub.faults.tooLong = 'config.json';
  await expect(fetch()).rejects.toMatchObject({ code: 'hub_file_corrupt' });
});

test('a hub that does not heed ranges corrupts nothing', async () => {
  hub.faults.cut = { path: WEIGHTS, after: 50_000, times: 1 };
  hub.faults.wholeOnly = WEIGHTS;
  await expect(fetch()).rejects.toMatchObject({ code: 'hub_file_corrupt' });
  await fetch();
  expect(
    Buffer.compare(readFileSync(join(library.find('tiny'), WEIGHTS)), readFileSync(join(origin, WEIGHTS))),
  ).toBe(0);
});

test('what cannot be served is refused before its weights are asked for, and nothing is left', async () => {
  await hub.close();
  writeFileSync(join(origin, 'config.json'), JSON.stringify({ model_type: 'mamba' }));
  hub = await startHub(ID, origin);
  await expect(fetch()).rejects.toMatchObject({
    code: 'model_unsupported',
    message: expect.stringContaining('mamba'),
  });
  expect(hub.fetched.join()).not.toContain(WEIGHTS);
  expect(readdirSync(join(models(), '.incoming'))).toEqual([]);
});

test.each([
  [401, /HF_TOKEN/],
  [403, /terms/],
  [404, /no such model/],
  [429, /too many/],
  [500, /status 500/],
])('a hub that answers with %s', async (status, message) => {
  hub.faults.status = status;
  await expect(fetch()).rejects.toMatchObject({
    code: 'hub_refused',
    message: expect.stringMatching(message),
  });
});

test('a repository that is not there, a revision that is not there', async () => {
  const other = library.addFromHub({ id: 'someone/else', url: hub.url });
  await expect(other).rejects.toMatchObject({ code: 'hub_refused' });
  await expect(fetch(undefined, 'v9')).rejects.toMatchObject({ code: 'hub_refused' });
});

test('without a network it says so', async () => {
  const url = hub.url;
  await hub.close();
  await expect(library.addFromHub({ id: ID, url })).rejects.toMatchObject({
    code: 'hub_unreachable',
    message: expect.stringMatching(/ECONNREFUSED.*tenon model add FOLDER/),
  });
  expect(existsSync(models())).toBe(false);
  hub = await startHub(ID, origin);
});
