import { afterAll, describe, expect, test } from 'vitest';
import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import type { PassResult, PassRow } from '../../src/engine/onnx/pass.ts';
import { Scheduler, type SchedulerOptions } from '../../src/engine/onnx/scheduler.ts';
import { type LoraAdapter, readAdapter } from '../../src/lora/index.ts';
import { loadModel } from '../../src/model/index.ts';
import { randomModules, writeTinyAdapter } from '../lora/tiny-adapter.ts';
import { TENON_BASE } from '../model/tiny-model.ts';

const model = await loadModel(TENON_BASE);
const { config } = model;
const decoder = await Decoder.create(model.onnx, config, { threads: 1, slots: 4 });
afterAll(() => decoder.close());

const adapter = (seed: number, scale = 0.05): LoraAdapter =>
  readAdapter(writeTinyAdapter(randomModules(config, ['q_proj', 'v_proj'], () => 4, seed, scale)), config);
const ADAPTERS = [null, adapter(1), adapter(2), adapter(3)];
const never = new AbortController().signal;
const tokensOf = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => 100 + ((i * 37 + seed * 101) % 3900));

/** Reads a prompt, then five times what is likeliest next: each step's choice and its probability. */
async function follow(seed: number, run: (rows: readonly PassRow[]) => Promise<readonly PassResult[]>) {
  const row = new KeyValueRow(config);
  let tokens = tokensOf(seed, 5 + ((seed * 13) % 90));
  const path: { token: number; logProbability: number }[] = [];
  for (let step = 0; step < 5; step++) {
    const adapter = ADAPTERS[seed % ADAPTERS.length]!;
    const [result] = await run([{ past: row, tokens, adapter, wanted: [tokens.length - 1] }]);
    const logprobs = result!.logprobs[0]!;
    const token = logprobs.indexOf(Math.max(...logprobs));
    path.push({ token, logProbability: logprobs[token]! });
    tokens = [token];
  }
  return { path, length: row.length };
}

const alone: Awaited<ReturnType<typeof follow>>[] = [];
for (let seed = 0; seed < 10; seed++) alone.push(await follow(seed, (rows) => decoder.run(rows)));

describe('many sequences in one batch', () => {
  const schedules: [string, SchedulerOptions][] = [
    ['as it comes', { tokens: 256, rows: 32, piece: 64 }],
    ['in small pieces', { tokens: 24, rows: 5, piece: 7 }],
  ];
  test.each(schedules)('give what each gives alone: %s', async (_, options) => {
    const scheduler = new Scheduler(decoder, options);
    const together = await Promise.all(
      alone.map((_, seed) => follow(seed, (rows) => scheduler.open(`tool ${seed % 3}`, never).run(rows))),
    );
    expect(alone).toHaveLength(10);
    for (const [seed, { path, length }] of together.entries()) {
      expect(length).toBe(alone[seed]!.length);
      expect(path.map(({ token }) => token)).toEqual(alone[seed]!.path.map(({ token }) => token));
      path.forEach(({ logProbability }, i) => {
        expect(logProbability).toBeCloseTo(alone[seed]!.path[i]!.logProbability, 3);
      });
    }
    expect(scheduler.stats.steps).toBeLessThan(scheduler.stats.rows);
  });

  test('a prompt in pieces gives all the predictions that were asked for, and leaves a shared past alone', async () => {
    const past = new KeyValueRow(config);
    await decoder.run([{ past, tokens: tokensOf(1, 12), adapter: null, wanted: [] }]);
    const tokens = tokensOf(2, 40);
    const row = { past, tokens, adapter: null, wanted: [3, 20, 39], discard: true };
    const [whole] = await decoder.run([row]);
    const scheduler = new Scheduler(decoder, { tokens: 16, rows: 4, piece: 16 });
    const [pieces] = await scheduler.open('a', never).run([row]);
    expect(past.length).toBe(12);
    expect(pieces!.logprobs).toHaveLength(3);
    pieces!.logprobs.forEach((own, i) => {
      expect(own[7]).toBeCloseTo(whole!.logprobs[i]![7]!, 3);
    });
    const kept = past.copy();
    pieces!.keepIn(kept);
    expect(kept.length).toBe(52);
    const next = { tokens: [500], adapter: null, wanted: [0] };
    const reference = past.copy();
    whole!.keepIn(reference);
    const [a] = await decoder.run([{ ...next, past: kept }]);
    const [b] = await decoder.run([{ ...next, past: reference }]);
    expect(a!.logprobs[0]![9]).toBeCloseTo(b!.logprobs[0]![9]!, 3);
  });
});

describe('one sequence and its neighbours', () => {
  test('one that overflows fails alone, and leaves nothing behind', async () => {
    const scheduler = new Scheduler(decoder);
    const broken = adapter(9, 1e30);
    const run = (one: LoraAdapter | null, seed: number) => {
      const row = { past: new KeyValueRow(config), tokens: tokensOf(seed, 6), adapter: one, wanted: [5] };
      return scheduler.open('a', never).run([row]);
    };
    const outcomes = await Promise.allSettled([run(null, 1), run(broken, 2), run(ADAPTERS[1]!, 3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'engine_output_invalid' } });
    const again = await Promise.all([run(null, 1), run(null, 4), run(null, 5)]);
    for (const [result] of again) expect(Number.isFinite(result!.logprobs[0]![0])).toBe(true);
  });

  test('one that is cancelled leaves the batch, the others go on', async () => {
    const scheduler = new Scheduler(decoder, { tokens: 16, rows: 4, piece: 8 });
    const controller = new AbortController();
    const reason = new Error('gone');
    const long = scheduler
      .open('a', controller.signal)
      .run([{ past: new KeyValueRow(config), tokens: tokensOf(1, 200), adapter: null, wanted: [] }]);
    const other = scheduler
      .open('b', never)
      .run([{ past: new KeyValueRow(config), tokens: tokensOf(2, 30), adapter: null, wanted: [29] }]);
    controller.abort(reason);
    await expect(long).rejects.toBe(reason);
    expect((await other)[0]!.logprobs).toHaveLength(1);
    expect(scheduler.waiting).toBe(0);
  });

  test("a tool's flood does not keep another waiting", async () => {
    const scheduler = new Scheduler(decoder, { tokens: 32, rows: 4, piece: 8 });
    const ended: string[] = [];
    const ask = async (flow: string, seed: number) => {
      const row = { past: new KeyValueRow(config), tokens: tokensOf(seed, 30), adapter: null, wanted: [29] };
      await scheduler.open(flow, never).run([row]);
      ended.push(flow);
    };
    const flood = Array.from({ length: 24 }, (_, i) => ask('flood', i));
    await Promise.all([...flood, ask('other', 99)]);
    expect(ended.indexOf('other')).toBeLessThan(8);
  });
});
