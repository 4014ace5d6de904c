import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createOnnxEngine, type EngineTool } from '../../src/engine/index.ts';
import { openAdapters } from '../../src/gateway/adapters.ts';
import type { AdapterUpload } from '../../src/gateway/ports.ts';
import { receiveAdapter } from '../../src/gateway/receive-adapter.ts';
import { loadModel } from '../../src/model/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { randomModules, writeTinyAdapter } from '../lora/tiny-adapter.ts';
import { temporaryFolder, writeTinyModel } from '../model/tiny-model.ts';

const model = writeTinyModel();
const { config } = await loadModel(model);
// One slot beside the bare model's, so that whatever else is asked for pushes an adapter out.
const engine = await createOnnxEngine({ folder: model, threads: 1, slots: 2 });
const warned: string[] = [];
const log = {
  info: () => {},
  error: () => {},
  warn: (_: object, message: string) => void warned.push(message),
};

let root: string;
let store: Store;
let tools: readonly string[];
let changes: number;
beforeEach(async () => {
  root = temporaryFolder();
  await mkdir(join(root, 'shipped'));
  store = await openStore({ memory: true });
  tools = [];
  changes = 0;
  warned.length = 0;
});
afterAll(() => engine.close());

const start = () =>
  openAdapters({
    engine,
    store: store.adapters,
    shipped: join(root, 'shipped'),
    uploads: join(root, 'uploads'),
    toolsOf: async () => tools,
    onChange: () => void changes++,
    log,
  });

const folderOf = (seed: number): string =>
  writeTinyAdapter(randomModules(config, ['q_proj', 'v_proj', 'down_proj'], () => 2, seed));

async function upload(
  folder: string,
  name?: string,
  extra: Readonly<Record<string, Blob>> = {},
): Promise<AdapterUpload> {
  const form = new FormData();
  for (const file of ['adapter_model.safetensors', 'adapter_config.json'])
    form.set(file, new Blob([new Uint8Array(await readFile(join(folder, file)))]), file);
  for (const [file, blob] of Object.entries(extra)) form.append(file, blob, file);
  // Last: the name is known only after the weights have come.
  if (name !== undefined) form.set('name', name);
  return uploadOf(form);
}

function uploadOf(form: FormData): AdapterUpload {
  const { headers, body } = new Response(form);
  return { contentType: headers.get('content-type')!, body };
}

async function kept(): Promise<readonly string[]> {
  return await readdir(join(root, 'uploads'), { recursive: true }).catch(() => []);
}

const TOOL: EngineTool = {
  name: 'say',
  description: 'Say something',
  parameters: { type: 'object', properties: { text: { type: 'string', maxLength: 8 } }, required: ['text'] },
};
const say = async (adapter: string) =>
  (await engine.generate({ input: 'hello', tool: { ...TOOL, adapter } })).confidence;

describe('adapters by name', () => {
  test('are versions by content', async () => {
    const adapters = await start();
    const first = await adapters.add(
      await upload(folderOf(1), 'voice', { 'README.md': new Blob(['# hello']) }),
    );
    expect(first).toMatchObject({ created: true, adapter: { name: 'voice', rank: 2, source: 'uploaded' } });
    const again = await adapters.add(await upload(folderOf(1), 'voice'));
    expect(again).toEqual({ ...first, created: false });
    await expect(adapters.add(await upload(folderOf(2), 'voice'))).rejects.toMatchObject({
      code: 'adapter_exists',
    });
    const second = await adapters.replace('voice', await upload(folderOf(2)));
    expect(second.created).toBe(false);
    tools = ['speak'];
    expect(await adapters.get('voice')).toMatchObject({
      digest: second.adapter.digest,
      tools: ['speak'],
      versions: [{ digest: second.adapter.digest }, { digest: first.adapter.digest }],
    });
    const back = await adapters.replace('voice', await upload(folderOf(1)));
    expect(back.adapter.digest).toBe(first.adapter.digest);
    expect((await adapters.get('voice')).versions.map(({ digest }) => digest)).toEqual([
      first.adapter.digest,
      second.adapter.digest,
    ]);
    // A folder for the name, and in it two for the versions, with two files each.
    expect(await kept()).toHaveLength(7);
    expect(changes).toBe(3);
  });

  test('are there after a restart, in a data folder that may have moved', async () => {
    const adapters = await start();
    const { adapter } = await adapters.add(await upload(folderOf(1), 'voice'));
    await adapters.replace('voice', await upload(folderOf(2)));
    await adapters.replace('voice', await upload(folderOf(1)));
    await cp(join(root, 'uploads'), join(root, 'moved'), { recursive: true });
    await rm(join(root, 'uploads'), { recursive: true });
    root = join(root, 'moved', '..');
    await cp(join(root, 'moved'), join(root, 'uploads'), { recursive: true });
    await mkdir(join(root, 'uploads', '.incoming', 'half'), { recursive: true });
    await mkdir(join(root, 'uploads', 'voice', 'unknown'));
    const restarted = await start();
    expect(restarted.current('voice')).toEqual({ ...adapter, created_at: expect.any(String) });
    expect((await restarted.get('voice')).versions).toHaveLength(2);
    expect(await kept()).not.toContain('.incoming');
    expect(warned).toEqual([expect.stringContaining('belongs to no adapter')]);
    expect(await say(adapter.digest)).toBeGreaterThan(0);
  });

  test('shipped ones stand behind uploaded ones of their name, and are not removed', async () => {
    await cp(folderOf(5), join(root, 'shipped', 'voice'), { recursive: true });
    await cp(folderOf(6), join(root, 'shipped', 'broken'), { recursive: true });
    await writeFile(join(root, 'shipped', 'broken', 'adapter_config.json'), '{');
    const adapters = await start();
    expect(adapters.list().map(({ name, source }) => [name, source])).toEqual([['voice', 'shipped']]);
    expect(warned).toEqual([expect.stringMatching(/broken left out/)]);
    const shipped = adapters.current('voice')!;
    await expect(adapters.remove('voice')).rejects.toMatchObject({ code: 'adapter_shipped' });
    await adapters.replace('voice', await upload(folderOf(1)));
    await adapters.remove('voice');
    expect(adapters.current('voice')).toEqual(shipped);
    // The same content as the shipped one's is the shipped one.
    expect((await adapters.add(await upload(folderOf(5), 'voice'))).adapter).toEqual(shipped);
    expect(await say(shipped.digest)).toBeGreaterThan(0);
  });
});

describe('what runs', () => {
  test('ends with the version it began with, though it is replaced, pushed out of its slot and removed', async () => {
    const adapters = await start();
    const { adapter } = await adapters.add(await upload(folderOf(1), 'voice'));
    const before = await say(adapter.digest);
    const held = adapters.hold(['voice', 'none']);
    const second = (await adapters.replace('voice', await upload(folderOf(2)))).adapter;
    expect(adapters.current('voice')!.digest).toBe(second.digest);
    expect(await say(second.digest)).not.toBeCloseTo(before, 6);
    expect([held.digestOf('voice'), held.digestOf('none')]).toEqual([adapter.digest, null]);
    expect(await say(held.digestOf('voice')!)).toBeCloseTo(before, 6);

    await adapters.remove('voice');
    expect(adapters.list()).toEqual([]);
    await adapters.add(await upload(folderOf(3), 'other'));
    await say(adapters.current('other')!.digest);
    expect(await say(held.digestOf('voice')!)).toBeCloseTo(before, 6);
    held.release();
    await expect.poll(async () => (await kept()).filter((path) => path.startsWith('voice'))).toEqual([]);
    await expect(say(adapter.digest)).rejects.toMatchObject({ code: 'adapter_not_found' });
  });

  test('is not disturbed where another name has the same content', async () => {
    const adapters = await start();
    const { adapter } = await adapters.add(await upload(folderOf(1), 'one'));
    await adapters.add(await upload(folderOf(1), 'two'));
    await adapters.remove('two');
    await expect.poll(async () => (await kept()).filter((path) => path.startsWith('two'))).toEqual([]);
    await adapters.add(await upload(folderOf(2), 'three'));
    await say(adapters.current('three')!.digest);
    expect(await say(adapter.digest)).toBeGreaterThan(0);
  });

  test('a tool that names it keeps an adapter from being removed', async () => {
    const adapters = await start();
    await adapters.add(await upload(folderOf(1), 'voice'));
    tools = ['speak', 'sing'];
    await expect(adapters.remove('voice')).rejects.toMatchObject({
      code: 'adapter_in_use',
      message: expect.stringContaining('speak, sing'),
    });
    expect(adapters.current('voice')).not.toBeNull();
    await expect(adapters.remove('none')).rejects.toMatchObject({ code: 'adapter_unknown' });
    await expect(adapters.get('none')).rejects.toMatchObject({ code: 'adapter_unknown' });
  });
});

describe('an upload that is no adapter leaves nothing behind', () => {
  const file = (text: string) => new Blob([text]);
  const CASES: readonly [string, () => Promise<AdapterUpload>, string, RegExp][] = [
    [
      'of another kind',
      async () => ({ contentType: 'application/json', body: file('{}').stream() }),
      'invalid_request',
      /multipart/,
    ],
    [
      'without a body',
      async () => ({ contentType: 'multipart/form-data; boundary=x', body: null }),
      'invalid_request',
      /multipart|missing/,
    ],
    [
      'without a boundary',
      async () => ({ contentType: 'multipart/form-data', body: file('x').stream() }),
      'invalid_request',
      /multipart/,
    ],
    ['cut short', async () => cut(await upload(folderOf(1), 'voice')), 'invalid_request', /multipart/],
    ['without a name', () => upload(folderOf(1)), 'invalid_request', /"name" is missing/],
    ['with a path for a name', () => upload(folderOf(1), '../voice'), 'invalid_request', /1 to 64 letters/],
    [
      'with a file twice',
      () => upload(folderOf(1), 'voice', { 'adapter_config.json': file('{}') }),
      'invalid_request',
      /comes twice/,
    ],
    [
      'with a pickle',
      () => upload(folderOf(1), 'voice', { 'adapter_model.bin': file('x') }),
      'adapter_unsupported',
      /pickle/,
    ],
    [
      'with too many parts',
      () =>
        upload(
          folderOf(1),
          'voice',
          Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, file('x')])),
        ),
      'invalid_request',
      /more than 32 parts/,
    ],
    [
      'without weights',
      async () => withoutWeights(),
      'invalid_request',
      /adapter_model\.safetensors" is missing/,
    ],
    [
      'for another model',
      async () =>
        upload(writeTinyAdapter(randomModules({ ...config, hidden: 40 }, ['q_proj'], () => 2, 1)), 'voice'),
      'adapter_mismatch',
      /shape/,
    ],
  ];

  test.each(CASES)('%s', async (_, make, code, message) => {
    const adapters = await start();
    const refused = expect(adapters.add(await make())).rejects;
    await refused.toMatchObject({ code, message: expect.stringMatching(message) });
    expect([adapters.list(), await kept()]).toEqual([[], []]);
  });

  test('under another name than the address says', async () => {
    const adapters = await start();
    const put = adapters.replace('voice', await upload(folderOf(1), 'noise'));
    await expect(put).rejects.toMatchObject({ code: 'invalid_request', param: 'name' });
    await expect(adapters.replace('.incoming', await upload(folderOf(1)))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await kept()).toEqual([]);
  });

  test('where the disk cannot be written', async () => {
    await writeFile(join(root, 'uploads'), 'a file');
    const adapters = await start();
    await expect(adapters.add(await upload(folderOf(1), 'voice'))).rejects.toMatchObject({
      code: 'upload_unwritable',
      status: 507,
    });
  });

  test('that goes on past the limit, in a file or between them', async () => {
    const large = async (name: string): Promise<AdapterUpload> => {
      const form = new FormData();
      form.set(name, new Blob([new Uint8Array(3_000_000)]), name);
      const { contentType, body } = uploadOf(form);
      return { contentType, body: (await new Response(body).blob()).stream() };
    };
    await mkdir(join(root, 'in'));
    const receive = async (name: string, most: number) =>
      receiveAdapter(await large(name), join(root, 'in'), most);
    const refusal = { code: 'adapter_too_large', status: 413 };
    await expect(receive('adapter_model.safetensors', 1_000_000)).rejects.toMatchObject(refusal);
    await expect(receive('README.md', -62_000_000)).rejects.toMatchObject(refusal);
  });

  async function cut({ contentType, body }: AdapterUpload): Promise<AdapterUpload> {
    const whole = await new Response(body).blob();
    return { contentType, body: whole.slice(0, whole.size / 2).stream() };
  }

  function withoutWeights(): AdapterUpload {
    const form = new FormData();
    form.set('name', 'voice');
    form.set('adapter_config.json', file('{}'), 'adapter_config.json');
    return uploadOf(form);
  }
});
