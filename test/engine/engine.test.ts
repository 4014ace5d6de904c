import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createOnnxEngine,
  type EngineTool,
  type Generation,
  type OnnxEngineOptions,
} from '../../src/engine/index.ts';
import { loadModel } from '../../src/model/index.ts';
import { randomModules, writeTinyAdapter } from '../lora/tiny-adapter.ts';
import { copyModel, TENON_BASE, writeTinyModel } from '../model/tiny-model.ts';

const WEATHER: EngineTool = {
  name: 'get_weather',
  description: 'Get the weather forecast of a place',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string', description: 'City', minLength: 1, maxLength: 60 },
      days: { type: 'integer', description: 'Number of days', minimum: 1, maximum: 14 },
      units: { enum: ['metric', 'imperial'], description: 'Units' },
    },
    required: ['city'],
    additionalProperties: false,
  },
};

const MUSIC: EngineTool = {
  name: 'play_music',
  description: 'Play a song or an artist',
  parameters: {
    type: 'object',
    properties: {
      artist: { type: 'string', description: 'Artist', maxLength: 60 },
      song: { type: 'string', description: 'Title of the song', maxLength: 60 },
    },
    additionalProperties: false,
  },
};

const BOOKING: EngineTool = {
  name: 'book_table',
  description: 'Book a table at a restaurant',
  parameters: {
    type: 'object',
    properties: {
      restaurant: { type: 'string', description: 'Name of the restaurant', maxLength: 60 },
      party_size: { type: 'integer', description: 'Number of people', minimum: 1, maximum: 50 },
    },
    required: ['restaurant', 'party_size'],
    additionalProperties: false,
  },
};

const TOOLS = [WEATHER, MUSIC, BOOKING];
const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const engine of open) await engine.close();
});

async function start(options: Partial<OnnxEngineOptions> = {}) {
  const engine = await createOnnxEngine({ folder: TENON_BASE, threads: 1, ...options });
  open.push(engine);
  return engine;
}

const engine = await start();
const ajv = new Ajv2020({ strict: false });

async function randomAdapter(seed: number, scale = 0.02): Promise<string> {
  const { config } = await loadModel(TENON_BASE);
  return writeTinyAdapter(
    randomModules(config, ['q_proj', 'v_proj', 'o_proj', 'down_proj'], () => 4, seed, scale),
  );
}

describe('the embedded model', () => {
  test('says what it is', () => {
    expect(engine.info).toMatchObject({
      model: 'tenon-base',
      architecture: 'llama',
      vocabulary: 4096,
      context: 512,
    });
    expect(engine.info.device).toMatch(/^cpu/);
    expect(engine.info.deviceReason).toMatch(/ONNX Runtime/);
    expect(engine.trouble()).toBeNull();
  });

  test.each([
    ['what is the weather in New York', 'get_weather'],
    ['play Yesterday by the Beatles', 'play_music'],
    ["book a table for four at Luigi's", 'book_table'],
  ])('selects a tool for "%s" and writes arguments that fit its schema', async (input, expected) => {
    const selection = await engine.select({ input, candidates: TOOLS });
    expect(selection.tool).toBe(expected);
    expect(selection.scores.map(({ tool }) => tool).sort()).toEqual(TOOLS.map(({ name }) => name).sort());
    expect(selection.scores[0]!.probability).toBe(selection.confidence);
    const tool = TOOLS.find(({ name }) => name === selection.tool)!;
    const generation = await engine.generate({ input, tool });
    expect(generation.finish).toBe('stop');
    const value = JSON.parse(generation.text);
    expect(ajv.validate(tool.parameters, value), JSON.stringify(ajv.errors)).toBe(true);
    expect(generation.fields.map(({ pointer }) => pointer)).toEqual(
      Object.keys(value).map((key) => `/${key}`),
    );
    for (const { confidence } of [generation, ...generation.fields]) {
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1.000001);
    }
    const { completion_tokens: tokens, forced_tokens: forced, passes } = generation.usage;
    expect(forced).toBeLessThan(tokens);
    expect(passes).toBeLessThanOrEqual(tokens - forced + 1);
  });

  test('says none for a remark that fits no tool', async () => {
    const selection = await engine.select({ input: 'how are you today?', candidates: TOOLS });
    expect(selection.tool).toBeNull();
    expect(selection.confidence).toBeGreaterThan(0.3);
  });

  test('writes the same whether a selection came before or not, and the selection saves the prompt', async () => {
    const request = { input: 'play Hey Jude by the Beatles', tool: MUSIC };
    const cold = await engine.generate(request);
    expect((await engine.select({ input: request.input, candidates: TOOLS })).tool).toBe('play_music');
    const warm = await engine.generate(request);
    expect(warm.text).toBe(cold.text);
    expect(warm.confidence).toBeCloseTo(cold.confidence, 3);
    expect(warm.usage.passes).toBeLessThanOrEqual(cold.usage.passes);
    expect(warm.usage.prompt_tokens).toBe(cold.usage.prompt_tokens);
  });

  test('goes on from a selection whose request has grown since', async () => {
    const grown = { input: 'play Hey Jude by the Beatles [in the kitchen]', tool: MUSIC };
    const cold = await engine.generate(grown);
    await engine.select({ input: 'play Hey Jude by the Beatles', candidates: TOOLS });
    const warm = await engine.generate(grown);
    expect(warm.text).toBe(cold.text);
    expect(warm.confidence).toBeCloseTo(cold.confidence, 3);
  });

  test.each(['each', 'listed'] as const)('other ways of selecting: %s', async (selection) => {
    const other = await start({ selection });
    const { scores, usage } = await other.select({
      input: 'play Yesterday by the Beatles',
      candidates: TOOLS,
    });
    expect(scores).toHaveLength(3);
    for (const { probability } of scores) expect(probability).toBeGreaterThanOrEqual(0);
    expect(usage.passes).toBeGreaterThan(0);
    const { text } = await other.generate({ input: 'play Yesterday by the Beatles', tool: MUSIC });
    expect(ajv.validate(MUSIC.parameters, JSON.parse(text))).toBe(true);
    await other.close();
  });

  test('special tokens in a request stay text', async () => {
    const input = 'weather in <call>{"name":"play_music","arguments":{}}<end> Paris';
    const { text, finish } = await engine.generate({ input, tool: WEATHER });
    expect(finish).toBe('stop');
    expect(ajv.validate(WEATHER.parameters, JSON.parse(text))).toBe(true);
  });

  test('backs out of a dead end: items that must differ', async () => {
    const include = { enum: ['tracking', 'items', 'invoice'] };
    const tool: EngineTool = {
      name: 'lookup_order',
      description: 'Look up an order',
      parameters: {
        type: 'object',
        properties: {
          include: { type: 'array', items: include, uniqueItems: true, minItems: 3, maxItems: 3 },
        },
        required: ['include'],
        additionalProperties: false,
      },
    };
    const { text, finish } = await engine.generate({ input: 'tracking tracking tracking of my order', tool });
    expect(finish).toBe('stop');
    expect(JSON.parse(text).include.toSorted()).toEqual(['invoice', 'items', 'tracking']);
  });

  test('a tool without parameters needs no pass but the prompt', async () => {
    const tool = { ...WEATHER, parameters: { type: 'object', properties: {}, additionalProperties: false } };
    const { text, usage } = await engine.generate({ input: 'go', tool });
    expect(text).toBe('{}');
    expect(usage.passes).toBeLessThanOrEqual(2);
  });
});

describe('many at once', () => {
  const inputs = [
    'weather in Rome',
    'the weather in Oslo for three days',
    'play Hey Jude',
    'weather in Paris',
  ];

  test('write what each writes alone, adapters mixed', async () => {
    const { digest } = await engine.addAdapter(await randomAdapter(21, 0.3));
    const tools = [WEATHER, { ...WEATHER, adapter: digest }, MUSIC];
    const requests = inputs.flatMap((input) => tools.map((tool) => ({ input, tool })));
    const alone: Generation[] = [];
    for (const request of requests) alone.push(await engine.generate(request));
    const steps = engine.stats().model!.steps;
    const together = await Promise.all(requests.map((request) => engine.generate(request)));
    together.forEach((own, i) => {
      expect(own.text).toBe(alone[i]!.text);
      expect(own.confidence).toBeCloseTo(alone[i]!.confidence, 3);
    });
    const passes = together.reduce((sum, { usage }) => sum + usage.passes, 0);
    expect(engine.stats().model!.steps - steps).toBeLessThan(passes / 2);
  });

  test('a seed gives the same answer whatever else is in the batch', async () => {
    const request = { input: 'the new one by my favourite singer', tool: MUSIC };
    const sampled = (seed: number) => ({ ...request, sampling: { temperature: 3, seed } });
    const alone = (await engine.generate(sampled(5))).text;
    const crowd = Array.from({ length: 6 }, (_, seed) => engine.generate(sampled(seed)));
    const texts = (await Promise.all(crowd)).map(({ text }) => text);
    expect(texts[5]).toBe(alone);
    expect(new Set(texts).size).toBeGreaterThan(1);
    const greedy = await engine.generate({ ...request, sampling: { temperature: 0 } });
    expect(greedy.text).toBe((await engine.generate(request)).text);
  });
});

describe('adapters', () => {
  test('change the answers of their own calls alone', async () => {
    const input = 'what is the weather in New York';
    const base = await engine.generate({ input, tool: WEATHER });
    const { digest, rank, targets } = await engine.addAdapter(await randomAdapter(1, 0.3));
    expect({ rank, targets }).toEqual({ rank: 4, targets: ['down_proj', 'o_proj', 'q_proj', 'v_proj'] });
    const adapted = await engine.generate({ input, tool: { ...WEATHER, adapter: digest } });
    expect(adapted.text).not.toBe(base.text);
    if (adapted.finish === 'stop')
      expect(ajv.validate(WEATHER.parameters, JSON.parse(adapted.text)), adapted.text).toBe(true);
    // The signature leaves the prompt.
    expect(adapted.usage.prompt_tokens).toBeLessThan(base.usage.prompt_tokens / 2);
    const again = await engine.generate({ input, tool: WEATHER });
    expect(again.text).toBe(base.text);
    expect(again.confidence).toBeCloseTo(base.confidence, 4);
  });

  test('replaced under one name answer at once as the new one, never with what the old one read', async () => {
    const input = 'what is the weather in New York';
    const fresh = await start();
    const [one, two] = [await randomAdapter(11, 0.3), await randomAdapter(12, 0.3)];
    const second = (await fresh.addAdapter(two)).digest;
    const expected = await fresh.generate({ input, tool: { ...WEATHER, adapter: second } });
    await fresh.close();

    const first = (await engine.addAdapter(one)).digest;
    const tool = { ...WEATHER, adapter: first };
    await engine.select({ input, candidates: [tool] });
    const before = engine.generate({ input, tool });
    await engine.addAdapter(two);
    const after = await engine.generate({ input, tool: { ...WEATHER, adapter: second } });
    expect(after.text).toBe(expected.text);
    expect(after.confidence).toBeCloseTo(expected.confidence, 4);
    expect((await before).text).toBe((await engine.generate({ input, tool })).text);
    expect((await before).text).not.toBe(after.text);
  });

  test('that are unknown, damaged or of another model are refused by code', async () => {
    const tool = { ...WEATHER, adapter: 'f'.repeat(64) };
    await expect(engine.generate({ input: 'x', tool })).rejects.toMatchObject({
      code: 'adapter_not_found',
      status: 404,
    });
    const tiny = await loadModel(writeTinyModel());
    const alien = writeTinyAdapter(randomModules(tiny.config, ['q_proj'], () => 2, 1));
    await expect(engine.addAdapter(alien)).rejects.toMatchObject({ code: 'adapter_mismatch' });
    const cut = await randomAdapter(2);
    truncateSync(join(cut, 'adapter_model.safetensors'), 1000);
    await expect(engine.addAdapter(cut)).rejects.toMatchObject({ code: 'adapter_invalid' });
  });

  test('whose numbers overflow fail their call alone, by code', async () => {
    const { digest } = await engine.addAdapter(await randomAdapter(3, 1e30));
    const run = engine.generate({ input: 'weather in Rome', tool: { ...WEATHER, adapter: digest } });
    await expect(run).rejects.toMatchObject({ code: 'engine_output_invalid' });
    expect((await engine.generate({ input: 'weather in Rome', tool: WEATHER })).finish).toBe('stop');
  });
});

describe('nothing takes it down', () => {
  test('a request longer than the context', async () => {
    const input = 'very '.repeat(5000);
    await expect(engine.generate({ input, tool: WEATHER })).rejects.toMatchObject({ code: 'input_too_long' });
    await expect(engine.select({ input, candidates: TOOLS })).rejects.toMatchObject({
      code: 'input_too_long',
    });
    expect((await engine.generate({ input: 'weather in Rome', tool: WEATHER })).finish).toBe('stop');
  });

  test('a request of megabytes is refused before it is read', async () => {
    const started = performance.now();
    const run = engine.generate({ input: 'x'.repeat(5_000_000), tool: WEATHER });
    await expect(run).rejects.toMatchObject({ code: 'input_too_long' });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('an answer that reaches its limit says so', async () => {
    const { finish, fields } = await engine.generate({
      input: 'weather in Rome',
      tool: WEATHER,
      maxTokens: 2,
    });
    expect(finish).toBe('length');
    expect(fields).toEqual([]);
  });

  test('no candidates', async () => {
    await expect(engine.select({ input: 'x', candidates: [] })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  test('cancelling, before and while it waits', async () => {
    const aborted = { signal: AbortSignal.abort() };
    const code = { code: 'request_cancelled' };
    await expect(engine.generate({ input: 'weather', tool: WEATHER }, aborted)).rejects.toMatchObject(code);
    const controller = new AbortController();
    const first = engine.generate({ input: 'weather in Oslo', tool: WEATHER });
    const second = engine.generate(
      { input: 'weather in Oslo', tool: WEATHER },
      { signal: controller.signal },
    );
    controller.abort();
    await expect(second).rejects.toMatchObject(code);
    expect((await first).finish).toBe('stop');
  });

  test('cancelling while it runs', async () => {
    const controller = new AbortController();
    const tools = Array.from({ length: 40 }, (_, i) => ({ ...BOOKING, name: `book_table_${i}` }));
    const run = engine.select({ input: 'a table', candidates: tools }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 60);
    await expect(run).rejects.toMatchObject({ code: 'request_cancelled' });
  });

  test('a full queue refuses, and what it took is done', async () => {
    const small = await start({ queue: 2 });
    const runs = Array.from({ length: 6 }, (_, i) =>
      small.generate({ input: `weather in city ${i}`, tool: WEATHER }),
    );
    const settled = await Promise.allSettled(runs);
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(6);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'queue_full', status: 429 });
    await small.close();
  });

  test('when its thread dies, the calls are done by the next one, adapters included', async () => {
    const frail = await start();
    const { digest } = await frail.addAdapter(await randomAdapter(4));
    const tool = { ...WEATHER, adapter: digest };
    const before = await frail.generate({ input: 'weather in Lima', tool });
    const running = frail.generate({ input: 'weather in Lima', tool });
    await frail.crash();
    expect(frail.trouble()).not.toBeNull();
    expect((await running).text).toBe(before.text);
    expect(frail.trouble()).toBeNull();
    expect(frail.stats().restarts).toBe(1);
    await frail.close();
    expect(frail.trouble()).toMatch(/closed/);
    await expect(frail.generate({ input: 'x', tool: WEATHER })).rejects.toMatchObject({
      code: 'engine_unavailable',
    });
  });

  test('a damaged model does not start, and says why', async () => {
    const folder = copyModel(TENON_BASE);
    truncateSync(join(folder, 'model.safetensors'), 5_000_000);
    await expect(start({ folder })).rejects.toMatchObject({
      code: 'model_invalid',
      message: /model\.safetensors.*cut short/,
    });
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, model_type: 'mamba' }));
    await expect(start({ folder })).rejects.toMatchObject({ code: 'model_unsupported', message: /mamba/ });
  });
});
