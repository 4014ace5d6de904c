import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ground } from '../src/calls/grounding.ts';
import { createOnnxEngine, type EngineTool, type ModelStats, type OnnxEngine } from '../src/engine/index.ts';
import { CALL_INPUTS } from './call-inputs.ts';

const root = (path: string) => new URL(`../${path}`, import.meta.url).pathname;
/** What "tomorrow" in a request is relative to. */
const NOW = new Date('2026-11-23T09:00:00Z');

/**
 * `bench serving`: whole calls (selection among the sample tools with their adapters, then the arguments) with
 * 1, 8 and 32 of them under way at once. Processor time is given beside the clock's, since it is what a busy
 * machine leaves comparable. `--quick`: fewer calls.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, threads: { type: 'string' }, at: { type: 'string' } },
  });
  const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
  const engine = await createOnnxEngine({ folder: root('models/tenon-base'), queue: 256, ...threads });
  const tools = await sampleTools(engine);
  const inputs = CALL_INPUTS.filter((_, i) => i % (values.quick ? 4 : 1) === 0);
  for (const input of inputs.slice(0, 16)) await call(engine, tools, input);

  const figures: Record<string, unknown> = {};
  for (const concurrency of (values.at ?? '1,8,32').split(',').map(Number)) {
    const figure = await measure(engine, tools, inputs, concurrency);
    process.stdout.write(`${String(concurrency).padStart(3)} at once  ${JSON.stringify(figure)}\n`);
    figures[`at_${concurrency}`] = figure;
  }
  await engine.close();
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

async function measure(
  engine: OnnxEngine,
  tools: readonly EngineTool[],
  inputs: readonly string[],
  concurrency: number,
) {
  const before = engine.stats().model!;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const waiting = [...inputs];
  const ms: number[] = [];
  let tokens = 0;
  let passes = 0;
  const worker = async () => {
    for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) {
      const started = performance.now();
      const usage = await call(engine, tools, input);
      ms.push(performance.now() - started);
      tokens += usage.tokens;
      passes += usage.passes;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const after = engine.stats().model!;
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const n = inputs.length;
  const grown = (of: (stats: ModelStats) => number) => of(after) - of(before);
  const steps = grown((stats) => stats.steps);
  const drafted = (kind: 'proposed' | 'accepted') =>
    grown(({ drafts }) => drafts.request[kind] + drafts.habit[kind]);
  return {
    calls_per_s: round(n / seconds),
    cpu_ms_per_call: round((user + system) / 1000 / n),
    ms: { p50: round(percentile(ms, 0.5)), p99: round(percentile(ms, 0.99)) },
    tokens_per_call: round(tokens / n),
    passes_per_call: round(passes / n),
    steps_per_call: round(steps / n),
    rows_per_step: round(grown((stats) => stats.rows) / steps),
    padding: round(grown((stats) => stats.padding) / grown((stats) => stats.tokens + stats.padding)),
    step_ms_per_call: round(grown((stats) => stats.stepMs) / n),
    mask_ms_per_call: round(grown((stats) => stats.maskMs) / n),
    copied_kb_per_step: round(grown((stats) => stats.copiedBytes) / steps / 1024),
    drafts_accepted: round(drafted('accepted') / drafted('proposed')),
  };
}

async function call(engine: OnnxEngine, tools: readonly EngineTool[], input: string) {
  const selection = await engine.select({ input, candidates: tools });
  const tool = tools.find(({ name }) => name === (selection.tool ?? selection.scores[0]!.tool))!;
  const generation = await engine.generate({ input: ground(input, tool.parameters, NOW, 'UTC'), tool });
  return {
    tokens: generation.usage.completion_tokens,
    passes: selection.usage.passes + generation.usage.passes,
  };
}

async function sampleTools(engine: OnnxEngine): Promise<readonly EngineTool[]> {
  const tools: EngineTool[] = [];
  for (const file of readdirSync(root('schemas')).filter((name) => name.endsWith('.json'))) {
    const { name, description, parameters } = JSON.parse(
      readFileSync(join(root('schemas'), file), 'utf8'),
    ) as EngineTool;
    const folder = root(`adapters/${name}`);
    const adapter = existsSync(folder) ? (await engine.addAdapter(folder)).digest : undefined;
    tools.push({ name, description, parameters, ...(adapter && { adapter }) });
  }
  return tools;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
