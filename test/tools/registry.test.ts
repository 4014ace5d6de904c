import { afterAll, describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/grammar/index.ts';
import type { ToolStore } from '../../src/store/index.ts';
import { StoreConflict } from '../../src/store/index.ts';
import { createRegistry, loadManifests, type Tool } from '../../src/tools/index.ts';
import { closeThreads, grammar, manifest, memoryStore, openRegistry, validator } from './setup.ts';

afterAll(closeThreads);

/** A store that counts what it is asked. */
function counting(store: ToolStore): { store: ToolStore; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const proxy = new Proxy(store, {
    get(target, name: keyof ToolStore & string) {
      counts[name] = (counts[name] ?? 0) + 1;
      return target[name];
    },
  });
  return { store: proxy, counts };
}

describe('register', () => {
  it('stores version 1, with what was found about it', async () => {
    const registry = await openRegistry();
    const tool = await registry.register(
      manifest({
        examples: [{ input: 'a table for two', arguments: { restaurant: 'Luigi', party_size: 2 } }],
      }),
    );
    expect(tool).toMatchObject({
      name: 'book_table',
      version: 1,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      grammar: { unenforced: [] },
    });
    expect(await registry.get('book_table')).toBe(tool);
    expect(await registry.list()).toEqual([tool]);
    expect(await registry.types('book_table')).toContain('export interface BookTable');
    expect(await registry.grammar('book_table')).toBe(compileSchema(tool.parameters).toGbnf());
  });

  it('is the same again for the same manifest, in any order of members', async () => {
    const registry = await openRegistry();
    const first = await registry.register(manifest());
    const again = await registry.register(Object.fromEntries(Object.entries(manifest()).reverse()));
    expect(again).toBe(first);
  });

  it('refuses a tool whose adapter is not there; null is none', async () => {
    const here = new Set(['tuned']);
    let changes = 0;
    const { tools } = await memoryStore();
    const hasAdapter = (name: string) => here.has(name);
    const registry = createRegistry({
      store: tools,
      validator,
      grammar,
      hasAdapter,
      onChange: () => changes++,
    });
    await expect(registry.register(manifest({ adapter: 'tune' }))).rejects.toMatchObject({
      code: 'tool_adapter_unknown',
      param: '/adapter',
    });
    await expect(registry.register(manifest({ policy: { pin_adapter: 1 } }))).rejects.toMatchObject({
      code: 'tool_invalid',
    });
    expect(await registry.list()).toEqual([]);
    expect('adapter' in (await registry.register(manifest({ adapter: null })))).toBe(false);
    expect(await registry.replace('book_table', manifest({ adapter: 'tuned' }))).toMatchObject({
      adapter: 'tuned',
      version: 2,
    });
    const removedMeanwhile = registry.replace(
      'book_table',
      manifest({ adapter: 'tuned', description: 'Another' }),
    );
    setTimeout(() => here.clear(), 0);
    await expect(removedMeanwhile).rejects.toMatchObject({ code: 'tool_adapter_unknown' });
    await registry.remove('book_table');
    expect(changes).toBe(3);
  });

  it('refuses other content under the same name', async () => {
    const registry = await openRegistry();
    await registry.register(manifest());
    await expect(registry.register(manifest({ description: 'Another' }))).rejects.toMatchObject({
      code: 'tool_exists',
      status: 409,
    });
    expect((await registry.get('book_table')).version).toBe(1);
  });

  it('makes one version of two at once', async () => {
    const registry = await openRegistry();
    const [a, b] = await Promise.all([registry.register(manifest()), registry.register(manifest())]);
    expect(a).toBe(b);
    const results = await Promise.allSettled(
      [1, 2, 3].map((i) => registry.register(manifest({ name: 'other', description: `Other ${i}` }))),
    );
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('reports a format that nobody checks', async () => {
    const registry = await openRegistry();
    const tool = await registry.register(
      manifest({
        parameters: {
          type: 'object',
          properties: { amount: { type: 'string', format: 'currency', maxLength: 20 } },
          additionalProperties: false,
        },
      }),
    );
    expect(tool.grammar.unenforced).toContainEqual({
      keyword: 'format',
      pointer: '/properties/amount/format',
    });
  });

  it('keeps no hold on what it was given', async () => {
    const registry = await openRegistry();
    const given = manifest();
    const tool = await registry.register(given);
    given.description = 'changed';
    expect(tool.description).toBe('Book a table at a restaurant');
    expect(Object.isFrozen(tool.parameters)).toBe(true);
  });

  it('says so where another process was first', async () => {
    const store = await memoryStore();
    const late: ToolStore = { ...store.tools, insert: () => Promise.reject(new StoreConflict('taken')) };
    const registry = createRegistry({ store: late, validator, grammar });
    await expect(registry.register(manifest())).rejects.toMatchObject({ code: 'tool_conflict' });
    expect(await registry.list()).toEqual([]);
  });
});

describe('a manifest that does not pass', () => {
  const object = (properties: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
    type: 'object',
    properties,
    ...rest,
  });

  it.each<[string, unknown, string, string]>([
    ['null', null, 'tool_invalid', ''],
    ['a list', [], 'tool_invalid', ''],
    ['an unknown member', manifest({ strict: true }), 'tool_invalid', '/strict'],
    ['no name', manifest({ name: undefined }), 'tool_invalid', '/name'],
    ['a name with a space', manifest({ name: 'book table' }), 'tool_invalid', '/name'],
    ['a long name', manifest({ name: 'a'.repeat(65) }), 'tool_invalid', '/name'],
    ['no description', manifest({ description: '' }), 'tool_invalid', '/description'],
    ['a long description', manifest({ description: 'a'.repeat(1_025) }), 'tool_invalid', '/description'],
    ['parameters that are true', manifest({ parameters: true }), 'tool_invalid', '/parameters'],
    ['parameters of a list', manifest({ parameters: { type: 'array' } }), 'tool_invalid', '/parameters'],
    ['an unknown policy', manifest({ policy: { max: 1 } }), 'tool_invalid', '/policy/max'],
    [
      'a confidence of 2',
      manifest({ policy: { min_confidence: 2 } }),
      'tool_invalid',
      '/policy/min_confidence',
    ],
    [
      'an example without input',
      manifest({ examples: [{ arguments: {} }] }),
      'tool_invalid',
      '/examples/0/input',
    ],
    [
      'an example that does not fit',
      manifest({ examples: [{ input: 'x', arguments: { restaurant: 'a', party_size: 0 } }] }),
      'tool_invalid',
      '/examples/0/arguments',
    ],
    [
      'no schema',
      manifest({ parameters: object({ a: { type: 'texte' } }) }),
      'schema_invalid',
      '/parameters/properties/a/type',
    ],
    [
      'a schema bomb',
      manifest({ parameters: object({ a: { enum: Array.from({ length: 100_000 }, (_, i) => i) } }) }),
      'schema_too_large',
      '/parameters/properties/a/enum',
    ],
    [
      'a backreference as a name',
      manifest({ parameters: object({ a: { type: 'object', patternProperties: { '(a)\\1': true } } }) }),
      'schema_pattern_unsupported',
      '/parameters/properties/a/patternProperties',
    ],
    [
      'a remote reference',
      manifest({ parameters: object({ a: { $ref: 'http://169.254.169.254/' } }) }),
      'schema_ref_remote',
      '/parameters/properties/a/$ref',
    ],
    [
      'an upstream with a hole in its host',
      manifest({ upstream: { method: 'GET', url: 'https://{restaurant}/' } }),
      'upstream_invalid',
      '/upstream/url',
    ],
  ])('%s: is refused by code and place, and nothing is stored', async (_, bad, code, param) => {
    const store = await memoryStore();
    const registry = await openRegistry(store);
    await expect(registry.register(bad)).rejects.toMatchObject({ code, param });
    expect(await store.tools.list()).toEqual([]);
    expect(await registry.list()).toEqual([]);
  });

  it('says where in the example', async () => {
    const registry = await openRegistry();
    const bad = manifest({ examples: [{ input: 'x', arguments: { restaurant: 'a', party_size: 0 } }] });
    await expect(registry.register(bad)).rejects.toMatchObject({
      details: [
        { pointer: '/examples/0/arguments/party_size', keyword: 'minimum', message: 'must be 1 or more' },
      ],
    });
  });

  it('a version that does not pass leaves the one before in place', async () => {
    const registry = await openRegistry();
    const first = await registry.register(manifest());
    await expect(registry.replace('book_table', manifest({ description: '' }))).rejects.toMatchObject({
      code: 'tool_invalid',
    });
    expect(await registry.get('book_table')).toBe(first);
  });
});

describe('replace, remove', () => {
  it('makes versions that stay', async () => {
    const registry = await openRegistry();
    const first = await registry.replace('book_table', manifest());
    const second = await registry.replace('book_table', manifest({ description: 'Second' }));
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(await registry.replace('book_table', manifest({ description: 'Second' }))).toBe(second);
    expect(await registry.get('book_table')).toBe(second);
    expect(await registry.get('book_table', 1)).toEqual(first);
    await expect(registry.get('book_table', 3)).rejects.toMatchObject({ code: 'tool_not_found' });
  });

  it('makes a version of a new order of properties, which decoding follows', async () => {
    const registry = await openRegistry();
    const first = await registry.register(manifest());
    const { properties, ...rest } = first.parameters as { properties: Record<string, unknown> };
    const reordered = { ...rest, properties: Object.fromEntries(Object.entries(properties).reverse()) };
    const second = await registry.replace('book_table', manifest({ parameters: reordered }));
    expect(second).toMatchObject({ version: 2, digest: first.digest });
  });

  it('refuses another name than the address has', async () => {
    const registry = await openRegistry();
    await expect(registry.replace('other', manifest())).rejects.toMatchObject({
      code: 'tool_invalid',
      param: '/name',
    });
  });

  it('removes, and goes on with the numbering', async () => {
    const registry = await openRegistry();
    const first = await registry.register(manifest());
    await registry.remove('book_table');
    await expect(registry.get('book_table')).rejects.toMatchObject({ code: 'tool_not_found', status: 404 });
    await expect(registry.remove('book_table')).rejects.toMatchObject({ code: 'tool_not_found' });
    expect(await registry.search('table', 5)).toEqual([]);
    expect(await registry.get('book_table', 1)).toEqual(first);
    expect((await registry.register(manifest())).version).toBe(2);
  });

  it('does not take inherited names for tools', async () => {
    const registry = await openRegistry();
    for (const name of ['constructor', '__proto__', 'toString'])
      await expect(registry.get(name)).rejects.toMatchObject({ code: 'tool_not_found' });
  });
});

describe('memory', () => {
  it('is read from the store once', async () => {
    const store = await memoryStore();
    await (await openRegistry(store)).register(manifest());
    const { store: counted, counts } = counting(store.tools);
    const registry = createRegistry({ store: counted, validator, grammar });
    const tools = await Promise.all(Array.from({ length: 100 }, () => registry.get('book_table')));
    await registry.search('table', 3);
    await registry.list();
    expect(new Set(tools).size).toBe(1);
    expect(counts).toEqual({ list: 1 });
  });

  it('holds after a restart what was stored before', async () => {
    const store = await memoryStore();
    const before = await openRegistry(store);
    const tool = await before.register(manifest());
    const after = await openRegistry(store);
    expect(await after.get('book_table')).toEqual(tool);
    expect(await after.register(manifest())).toEqual(tool);
    expect(await after.types('book_table')).toBe(await before.types('book_table'));
  });

  it('is asked again after a store that failed', async () => {
    const store = await memoryStore();
    let broken = true;
    const flaky: ToolStore = {
      ...store.tools,
      list: () => (broken ? Promise.reject(new Error('disk')) : store.tools.list()),
    };
    const registry = createRegistry({ store: flaky, validator, grammar });
    await expect(registry.list()).rejects.toThrow('disk');
    broken = false;
    expect(await registry.list()).toEqual([]);
  });
});

describe('the sample tools', () => {
  it('register, and are found by what people say', async () => {
    const registry = await openRegistry();
    const files = await loadManifests('schemas');
    expect(files.length).toBeGreaterThanOrEqual(6);
    for (const file of files) await registry.register(file.manifest);
    const first = async (text: string): Promise<string | undefined> =>
      (await registry.search(text, 3))[0]?.name;
    expect(await first("book a table for four at Luigi's tomorrow at 8pm")).toBe('book_table');
    expect(await first('what will the weather be in Oslo')).toBe('get_weather');
    expect(await first('where is my order AB-12345')).toBe('lookup_order');
    expect(await first('file an expense of 30 euros for a taxi')).toBe('file_expense');
    expect(await first('schedule a meetng with Anna')).toBe('schedule_meeting');
  });
});

describe('search', () => {
  async function many(
    count: number,
  ): Promise<{ search(text: string, limit: number): Promise<readonly Tool[]> }> {
    const store = await memoryStore();
    for (let i = 0; i < count; i++) {
      const text = JSON.stringify(
        manifest({
          name: `tool${i}`,
          description: `Does thing number ${i}`,
          parameters: {
            type: 'object',
            properties: i === 3 ? { shippingAddress: { type: 'string', enum: ['Zanzibar'] } } : {},
          },
        }),
      );
      const created_at = new Date(i * 1_000).toISOString();
      await store.tools.insert({
        name: `tool${i}`,
        version: 1,
        digest: String(i),
        manifest: text,
        report: '{"checked":[],"unenforced":[]}',
        types: '',
        gbnf: '',
        created_at,
      });
    }
    return openRegistry(store);
  }
  const names = (tools: readonly Tool[]): string[] => tools.map((tool) => tool.name);

  it('finds by the words inside camelCase names and by enum values', async () => {
    const registry = await many(20);
    expect((await registry.search('address', 20))[0]?.name).toBe('tool3');
    expect((await registry.search('to zanzibar please', 20))[0]?.name).toBe('tool3');
  });

  it('fills up to eight with the newest, so that the model has a choice', async () => {
    const registry = await many(20);
    expect(names(await registry.search('zanzibar', 20))).toEqual([
      'tool3',
      'tool19',
      'tool18',
      'tool17',
      'tool16',
      'tool15',
      'tool14',
      'tool13',
    ]);
    expect(await registry.search('zanzibar', 3)).toHaveLength(3);
    expect(await registry.search('', 8)).toHaveLength(8);
    expect(await (await many(2)).search('nothing like it', 8)).toHaveLength(2);
  });

  it('gives no more than asked for', async () => {
    expect(await (await many(20)).search('thing number', 12)).toHaveLength(12);
  });

  it('takes any text', async () => {
    const registry = await many(9);
    for (const text of [
      '\u0000',
      '*',
      '"',
      '🙂',
      'x'.repeat(100_000),
      `${'word '.repeat(50_000)}`,
      '<script>',
    ]) {
      expect((await registry.search(text, 8)).length).toBe(8);
    }
  });
});
