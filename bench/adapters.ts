import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOnnxEngine, type EngineTool, type OnnxEngine } from '../src/engine/index.ts';
import { type LoraAdapter, ResidentAdapters, readAdapter } from '../src/lora/index.ts';
import { type DecoderConfig, readConfig } from '../src/model/index.ts';
import { generator, type Shape, writeAdapters, writeRandomModel } from './adapters-fixture.ts';

const EMBEDDED = new URL('../models/tenon-base', import.meta.url).pathname;
const SLOTS = 16;
/** Calls that run at once. */
const CONCURRENCY = 8;
/** After so long no more calls are begun for one figure. */
const LONGEST_MS = 8_000;

type Traffic = 'uniform' | 'zipf';

/**
 * `bench adapters`: a thousand registered adapters of rank 8 on q and v. What they take beside the base model, what it
 * costs to move one in, and calls a second as traffic spreads over more of them than there are slots; on random weights
 * of Qwen2.5-0.5B's shape, and on the embedded model. Time on the processor is given beside time on the clock: it is
 * what other programs on the machine change least. `--quick`: a hundred, on four of its layers.
 */
export async function run(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const shape: Shape = quick ? { layers: 4, vocabulary: 4096 } : { layers: 24, vocabulary: 151_936 };
  const count = quick ? 100 : 1000;
  const folder = await mkdtemp(join(tmpdir(), 'tenon-bench-'));
  try {
    const model = join(folder, 'model');
    await writeRandomModel(model, shape, EMBEDDED);
    const large = await measure(model, join(folder, 'large'), count, 24);
    const small = await measure(EMBEDDED, join(folder, 'small'), count, quick ? 80 : 240);
    const cliff = await slotCost(join(folder, 'small'), Math.min(count, 100), quick ? 1 : 3);
    report({ ...large, embedded: small, slot_cost: cliff, slots: SLOTS, load_average: round(loadavg()[0]!) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(model: string, folder: string, count: number, calls: number) {
  const config = readConfig(model);
  const folders = writeAdapters(folder, config, count);
  const { adapters, ...registered } = register(folders, config);
  const swapped = swaps(adapters, config);
  const started = performance.now();
  const engine = await createOnnxEngine({ folder: model, slots: SLOTS, deadline: 300_000 });
  const load_model_ms = Math.round(performance.now() - started);
  const added = performance.now();
  for (const path of folders) await engine.addAdapter(path);
  const add_ms = round((performance.now() - added) / count);
  const counts = [1, 10, 100, 1000].filter((some) => some <= count);
  const served = await traffic(engine, adapters, counts, calls);
  await engine.close();
  return {
    adapters: count,
    base_bytes: statSync(join(model, 'model.safetensors')).size,
    base_float32_bytes: engine.info.parameters * 4,
    ...registered,
    ...swapped,
    load_model_ms,
    add_ms,
    ...served,
  };
}

/** Of all of them: bytes on disk, and of the memory that is taken once they are known. */
function register(folders: readonly string[], config: DecoderConfig) {
  const before = heapBytes();
  const started = performance.now();
  const adapters = folders.map((folder) => readAdapter(folder, config));
  const register_ms = round((performance.now() - started) / folders.length);
  const registered_memory_bytes = heapBytes() - before;
  const registered_bytes = adapters.reduce((sum, { bytes }) => sum + bytes, 0);
  return { adapters, registered_bytes, registered_memory_bytes, register_ms };
}

/**
 * Milliseconds to make an adapter resident that is not, all slots taken: its file (in the page cache) to its slot.
 * `swap_alone_ms` takes the fastest of ten for each of a hundred adapters: what is left of `swap_ms` where no other
 * program wants the processor.
 */
function swaps(adapters: readonly LoraAdapter[], config: DecoderConfig) {
  const resident = new ResidentAdapters(config, SLOTS);
  const swap = (adapter: LoraAdapter): number => {
    const started = performance.now();
    resident.place([adapter]);
    return performance.now() - started;
  };
  // Slots are still empty, and the code is not compiled yet.
  for (const adapter of adapters.slice(0, 100)) swap(adapter);
  const all = adapters.map(swap);
  const fastest = adapters.slice(0, 100).map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 10; round++)
    fastest.forEach((best, i) => {
      fastest[i] = Math.min(best, swap(adapters[i]!));
    });
  return { swap_ms: spread(all), swap_alone_ms: spread(fastest) };
}

async function traffic(
  engine: OnnxEngine,
  adapters: readonly LoraAdapter[],
  counts: readonly number[],
  calls: number,
) {
  const tools = adapters.map(({ digest }, i) => toolOf(i, digest));
  // What follows from a tool alone (its grammar, its prompt's keys and values) is not what is measured.
  await callAll(engine, tools.slice(0, Math.min(tools.length, calls)));
  const calls_per_s = { uniform: {} as Record<number, number>, zipf: {} as Record<number, number> };
  const cpu_ms_per_call = structuredClone(calls_per_s);
  for (const kind of ['uniform', 'zipf'] as const) {
    for (const many of counts) {
      const next = generator(many);
      const wanted = Array.from({ length: calls }, () => tools[draw(kind, many, next)]!);
      const before = process.cpuUsage();
      const { made, seconds } = await callAll(engine, wanted);
      const { user, system } = process.cpuUsage(before);
      calls_per_s[kind][many] = round(made / seconds);
      cpu_ms_per_call[kind][many] = round((user + system) / 1000 / made);
    }
  }
  return { calls_per_s, cpu_ms_per_call };
}

/**
 * What too few slots cost: 32 calls at once over `count` adapters of the embedded model, everything else known, with
 * slots for 15 of them and with slots for all; milliseconds of processor a call, turn by turn.
 */
async function slotCost(folder: string, count: number, rounds: number) {
  const engines = [SLOTS, count + 1].map((slots) =>
    createOnnxEngine({ folder: EMBEDDED, slots, deadline: 300_000 }),
  );
  const [few, enough] = (await Promise.all(engines)) as [OnnxEngine, OnnxEngine];
  const tools: EngineTool[] = [];
  for (let i = 0; i < count; i++) {
    const { digest } = await few.addAdapter(join(folder, String(i)));
    await enough.addAdapter(join(folder, String(i)));
    tools.push(toolOf(i, digest));
  }
  const spent = new Map([few, enough].map((engine) => [engine, 0]));
  for (let round = 0; round <= rounds; round++) {
    for (const engine of [few, enough]) {
      const before = process.cpuUsage();
      const { made } = await callAll(engine, tools, 32);
      const { user, system } = process.cpuUsage(before);
      if (round > 0) spent.set(engine, spent.get(engine)! + (user + system) / 1000 / made / rounds);
    }
  }
  await Promise.all([few.close(), enough.close()]);
  const [fewMs, enoughMs] = [spent.get(few)!, spent.get(enough)!];
  return { few_ms: round(fewMs), enough_ms: round(enoughMs), ratio: round(fewMs / enoughMs) };
}

/** `concurrency` at a time; as many of them as fit in `LONGEST_MS`. */
async function callAll(engine: OnnxEngine, tools: readonly EngineTool[], concurrency = CONCURRENCY) {
  const started = performance.now();
  let next = 0;
  let made = 0;
  const client = async () => {
    while (next < tools.length && performance.now() - started < LONGEST_MS) {
      const i = next++;
      await engine.generate({ input: `switch lamp ${i % 7} on`, tool: tools[i]! });
      made++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return { made, seconds: (performance.now() - started) / 1000 };
}

/** Uniform, or by Zipf's law: the k-th adapter is asked for 1/k as often as the first. */
function draw(kind: Traffic, many: number, next: () => number): number {
  const random = next() / 2 ** 31;
  if (kind === 'uniform') return Math.floor(random * many);
  const weights = Array.from({ length: many }, (_, i) => 1 / (i + 1));
  let left = random * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return found < 0 ? many - 1 : found;
}

function toolOf(index: number, adapter: string): EngineTool {
  return {
    name: `switch_lamp_${index}`,
    description: 'Switch a lamp',
    parameters: {
      type: 'object',
      properties: { lamp: { type: 'integer', minimum: 0, maximum: 9 }, state: { enum: ['on', 'off'] } },
      required: ['lamp', 'state'],
      additionalProperties: false,
    },
    adapter,
  };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function report(figures: object): void {
  for (const [key, value] of Object.entries(figures))
    process.stdout.write(`${key.padEnd(28)} ${JSON.stringify(value)}\n`);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

const spread = (values: readonly number[]) => ({
  p50: round(percentile(values, 0.5)),
  p99: round(percentile(values, 0.99)),
});
const round = (value: number): number => Math.round(value * 100) / 100;

/** Nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
