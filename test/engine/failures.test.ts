import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  createOnnxEngine,
  type EngineTool,
  type OnnxEngine,
  type OnnxEngineOptions,
} from '../../src/engine/index.ts';
import { Restarts } from '../../src/engine/onnx/restarts.ts';
import { loadModel } from '../../src/model/index.ts';
import { randomModules, writeTinyAdapter } from '../lora/tiny-adapter.ts';
import { TENON_BASE } from '../model/tiny-model.ts';

const { tokenizer, config } = await loadModel(TENON_BASE);
const worker = new URL('./frail-worker.ts', import.meta.url);
const tool: EngineTool = {
  name: 'get_weather',
  description: 'Get the weather forecast of a place',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'City', minLength: 1, maxLength: 60 } },
    required: ['city'],
    additionalProperties: false,
  },
};

const POISON = 'zebra';
/** A token that only the poisonous request has. */
const poisonToken = String(tokenizer.encodeText(` ${POISON}`).at(-1));
const ask = (engine: OnnxEngine, city: string) => engine.generate({ input: `weather in ${city}`, tool });
const CITIES = ['Rome', 'Oslo', 'Paris', 'Lima', 'Cairo'];

const open: OnnxEngine[] = [];
async function start(options: Partial<OnnxEngineOptions> = {}): Promise<OnnxEngine> {
  const engine = await createOnnxEngine({ folder: TENON_BASE, threads: 1, worker, ...options });
  open.push(engine);
  return engine;
}

afterEach(async () => {
  for (const name of ['TEST_EXIT', 'TEST_THROW', 'TEST_HEAP']) delete process.env[name];
  for (const engine of open.splice(0)) await engine.close();
});

const healthy = await createOnnxEngine({ folder: TENON_BASE, threads: 1 });
const expected = new Map<string, string>();
for (const city of CITIES) expected.set(city, (await ask(healthy, city)).text);
afterAll(() => healthy.close());

describe('a thread that dies', () => {
  test('under one request fails that one, after a second try; its neighbours and their adapters lose only time', async () => {
    process.env.TEST_EXIT = poisonToken;
    const engine = await start();
    const folder = writeTinyAdapter(randomModules(config, ['q_proj'], () => 2, 5, 0.02));
    const { digest } = await engine.addAdapter(folder);
    const adapted = engine.generate({ input: 'weather in Bonn', tool: { ...tool, adapter: digest } });
    const poisonous = ask(engine, POISON).catch((error: unknown) => error);
    const others = await Promise.all(CITIES.map(async (city) => (await ask(engine, city)).text));
    expect(others).toEqual(CITIES.map((city) => expected.get(city)));
    expect((await adapted).finish).toBe('stop');
    expect(await poisonous).toMatchObject({ code: 'engine_crashed', status: 500, message: /code 7/ });
    expect(engine.stats().restarts).toBe(2);
    expect((await ask(engine, 'Rome')).text).toBe(expected.get('Rome'));
    expect(engine.trouble()).toBeNull();
  });

  test('for want of JavaScript heap is no more than another death', async () => {
    process.env.TEST_HEAP = poisonToken;
    const engine = await start({ heapMb: 96 });
    const poisonous = ask(engine, POISON).catch((error: unknown) => error);
    expect(await poisonous).toMatchObject({ code: 'engine_crashed', message: /memory/i });
    expect((await ask(engine, 'Rome')).text).toBe(expected.get('Rome'));
  }, 30_000);

  test('is started again ever more slowly while it keeps dying', () => {
    const restarts = new Restarts();
    const delays = Array.from({ length: 12 }, () => {
      restarts.failed();
      return restarts.delay;
    });
    expect(delays.slice(0, 4)).toEqual([0, 100, 200, 400]);
    expect(Math.max(...delays)).toBe(10_000);
    restarts.served();
    expect(restarts.delay).toBe(0);
  });
});

describe('a run that fails', () => {
  test('for want of memory fails the row it fails for, and nothing else', async () => {
    process.env.TEST_THROW = poisonToken;
    const engine = await start();
    const poisonous = ask(engine, POISON).catch((error: unknown) => error);
    const others = await Promise.all(CITIES.map(async (city) => (await ask(engine, city)).text));
    expect(others).toEqual(CITIES.map((city) => expected.get(city)));
    expect(await poisonous).toMatchObject({ code: 'engine_run_failed', status: 503, message: /bad_alloc/ });
    expect(engine.stats().restarts).toBe(0);
  });
});

describe('a file that goes bad', () => {
  test('after it was added fails the calls of that adapter, and none beside them', async () => {
    const engine = await start();
    const folder = writeTinyAdapter(randomModules(config, ['q_proj'], () => 2, 6, 0.02));
    const { digest } = await engine.addAdapter(folder);
    truncateSync(join(folder, 'adapter_model.safetensors'), 700);
    const broken = engine.generate({ input: 'weather in Bonn', tool: { ...tool, adapter: digest } });
    const outcome = broken.catch((error: unknown) => error);
    const others = await Promise.all(CITIES.map(async (city) => (await ask(engine, city)).text));
    expect(others).toEqual(CITIES.map((city) => expected.get(city)));
    expect(await outcome).toMatchObject({ code: 'adapter_invalid' });
    expect(engine.stats().restarts).toBe(0);
  });
});

describe('limits', () => {
  test('a request that is not done in time fails, and the next one works', async () => {
    const engine = await start({ deadline: 40 });
    const flood = Array.from({ length: 60 }, (_, i) => ask(engine, `a city by the name of ${i} or so`));
    const settled = await Promise.allSettled(flood);
    const late = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(late.length).toBeGreaterThan(0);
    for (const { reason } of late) expect(reason).toMatchObject({ code: 'engine_timeout', status: 503 });
    const { queue } = engine.stats();
    expect(queue.waiting).toBe(0);
  });

  test("one tool's flood is refused before another's single request", async () => {
    const engine = await start({ queue: 8 });
    const flood = Array.from({ length: 20 }, (_, i) => ask(engine, `city ${i}`));
    const other = engine.generate({ input: 'weather in Rome', tool: { ...tool, name: 'other_weather' } });
    const settled = await Promise.allSettled(flood);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    expect((await other).finish).toBe('stop');
    expect(engine.stats().queue.refused).toBe(14);
  });

  test('a client that leaves makes room', async () => {
    const engine = await start({ queue: 4 });
    const controller = new AbortController();
    const gone = Array.from({ length: 3 }, () =>
      engine.generate({ input: 'weather in Rome', tool }, { signal: controller.signal }),
    );
    controller.abort();
    for (const one of gone) await expect(one).rejects.toMatchObject({ code: 'request_cancelled' });
    expect((await ask(engine, 'Oslo')).text).toBe(expected.get('Oslo'));
  });
});
