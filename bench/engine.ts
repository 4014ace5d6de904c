import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ground } from '../src/calls/grounding.ts';
import { createOnnxEngine, type Generation, type Selection } from '../src/engine/index.ts';
import { Decoder } from '../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../src/engine/onnx/key-value-row.ts';
import { type LoraAdapter, readAdapter, writeAdapter } from '../src/lora/index.ts';
import { type DecoderConfig, loadModel, SITES, siteShapes } from '../src/model/index.ts';
import { CALL_INPUTS } from './call-inputs.ts';
import { MODEL, NOW, sampleTools } from './engine-call-set.ts';
import { timeAgainstLlama } from './engine-calls.ts';
import { timeShape } from './engine-shape.ts';
import { percentile, round, spread, sum } from './figures.ts';

/**
 * `bench engine`: the model alone (a step, a prompt, a batch with and without adapters); whole calls by the bare model,
 * selection among the sample tools included; the arguments of a hundred calls against llama.cpp; and a model of
 * Qwen2.5-0.5B's shape against it. `--threads N` for both, default 1; `--quick` asks less.
 */
export async function run(args: readonly string[]): Promise<void> {
  const at = args.indexOf('--threads');
  const threads = at < 0 ? 1 : Number(args[at + 1]);
  const quick = args.includes('--quick');
  const figures = {
    ...(await timePasses(threads, quick ? 15 : 60)),
    with_selection: await timeCalls(threads, quick ? 10 : 4),
    ...(await timeAgainstLlama(threads, quick)),
    shape_05b: await timeShape(threads, quick ? 1 : 6),
  };
  for (const [key, value] of Object.entries(figures)) {
    process.stdout.write(`${key.padEnd(28)} ${JSON.stringify(value)}\n`);
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** The model without grammar or queue: median milliseconds of a run. */
async function timePasses(threads: number, repeats: number) {
  const model = await loadModel(MODEL);
  const decoder = await Decoder.create(model.onnx, model.config, { threads, slots: 9 });
  const folder = await mkdtemp(join(tmpdir(), 'tenon-bench-'));
  const adapters = Array.from({ length: 8 }, (_, i) =>
    randomAdapter(join(folder, String(i)), model.config, i),
  );
  const tokens = (count: number) => Array.from({ length: count }, (_, i) => 100 + ((i * 37) % 3900));

  /** Runs `width` new tokens a row over a past of `past`, one row for each of `rows`. */
  const time = async (
    rows: readonly (LoraAdapter | null)[],
    width: number,
    past: number,
  ): Promise<number> => {
    const pasts = rows.map(() => new KeyValueRow(model.config));
    for (const row of past > 0 ? pasts : []) {
      await decoder.run([{ past: row, tokens: tokens(past), adapter: null, wanted: [] }]);
    }
    const samples: number[] = [];
    for (let i = 0; i < repeats + 3; i++) {
      const started = performance.now();
      await decoder.run(
        rows.map((adapter, r) => ({ past: pasts[r]!, tokens: tokens(width), adapter, wanted: [width - 1] })),
      );
      if (i >= 3) samples.push(performance.now() - started);
      for (const row of pasts) row.truncate(past);
    }
    return percentile(samples, 0.5);
  };

  const eight = <T>(value: T): T[] => Array.from({ length: 8 }, () => value);
  const prompt = await time([null], 400, 0);
  const base8 = await time(eight(null), 1, 128);
  const same8 = await time(eight(adapters[0]!), 1, 128);
  const mixed8 = await time(adapters, 1, 128);
  const figures = {
    step_ms: round(await time([null], 1, 128)),
    step_adapter_ms: round(await time([adapters[0]!], 1, 128)),
    draft_step_ms: round(await time([null], 8, 128)),
    prefill_tokens_per_s: Math.round((400 / prompt) * 1000),
    batch8_step_ms: round(base8),
    batch8_mixed_step_ms: round(mixed8),
    mixed_over_same: round(same8 / mixed8),
    mixed_over_base: round(base8 / mixed8),
  };
  await decoder.close();
  await rm(folder, { recursive: true });
  return figures;
}

function randomAdapter(folder: string, config: DecoderConfig, seed: number): LoraAdapter {
  const rank = 8;
  const noise = (length: number) =>
    Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed) * 0.01);
  const modules = Array.from({ length: config.layers }, (_, layer) =>
    SITES.flatMap((site) => {
      const { inputs, projections } = siteShapes(config)[site];
      return projections.map(({ module, outputs }) => ({
        path: `model.layers.${layer}.${module}`,
        rank,
        a: noise(rank * inputs),
        b: noise(outputs * rank),
      }));
    }),
  );
  writeAdapter(folder, modules.flat(), { baseModel: 'tenon-base', alpha: 16 });
  return readAdapter(folder, config);
}

interface Sample {
  readonly ms: number;
  readonly selection: Selection;
  readonly generation: Generation;
}

/** Selection among all sample tools, then the chosen tool's arguments, by the bare model. */
async function timeCalls(threads: number, every: number) {
  const engine = await createOnnxEngine({ folder: MODEL, threads });
  const tools = sampleTools();
  const samples: Sample[] = [];
  const inputs = CALL_INPUTS.filter((_, i) => i % every === 0);
  // Signatures are read, grammars compiled, once: not what a call costs.
  await engine.select({ input: 'hello', candidates: tools });
  for (const tool of tools) await engine.generate({ input: 'hello', tool, maxTokens: 1 });
  for (const input of inputs) {
    const started = performance.now();
    const selection = await engine.select({ input, candidates: tools });
    const tool = tools.find(({ name }) => name === (selection.tool ?? selection.scores[0]!.tool))!;
    const generation = await engine.generate({ input: ground(input, tool.parameters, NOW, 'UTC'), tool });
    samples.push({ ms: performance.now() - started, selection, generation });
  }
  const { device } = engine.info;
  await engine.close();
  const of = (value: (sample: Sample) => number) => samples.map(value);
  const tokens = sum(of(({ generation }) => generation.usage.completion_tokens));
  const passes = sum(of(({ generation }) => generation.usage.passes));
  return {
    device,
    calls: samples.length,
    ms_per_call: spread(of(({ ms }) => ms)),
    select_ms: spread(of(({ selection }) => selection.timings.select_ms)),
    prefill_ms: spread(of(({ generation }) => generation.timings.prefill_ms)),
    decode_ms: spread(of(({ generation }) => generation.timings.decode_ms)),
    tokens: round(tokens / samples.length),
    forced: round(sum(of(({ generation }) => generation.usage.forced_tokens)) / samples.length),
    passes: round(passes / samples.length),
    tokens_per_pass: round(tokens / passes),
    ms_per_30_tokens: round(
      percentile(
        of(({ ms, generation }) => ms * (30 / Math.max(1, generation.usage.completion_tokens))),
        0.5,
      ),
    ),
    unfinished: samples.filter(({ generation }) => generation.finish !== 'stop').length,
  };
}
