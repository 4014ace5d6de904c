import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createOnnxEngine, type EngineTool, type Generation, type OnnxEngine } from '../src/engine/index.ts';
import { ADAPTERS, type KnownCall, knownCalls, MODEL, sampleTools } from './engine-call-set.ts';
import { LlamaCalls } from './engine-llama-calls.ts';
import { type Cost, costOf, least, round, spread, sum } from './figures.ts';

const AT_ONCE = 8;
const MAX_TOKENS = 128;
const WARM_UP = 24;

type Write = () => Promise<unknown>;

/** A call, and what it costs llama.cpp; `written` are the arguments that ours came to. */
interface Pair {
  readonly call: KnownCall;
  readonly written: unknown;
  readonly theirs: () => Promise<string>;
}

/**
 * The arguments of the same calls by ours and by llama.cpp: same weights, adapters, prompts and threads. One after the
 * other, in turns, then eight at once, all by one and all by the other. Every round has an engine of ours that has not
 * seen these calls, for it learns from what it writes; of each call, and of each run of eight, the least disturbed round
 * counts. Calls that ours does not finish (they go to a person) are left out of both.
 */
export async function timeAgainstLlama(threads: number, quick: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-calls-'));
  const tools = sampleTools().filter(({ name }) => existsSync(join(ADAPTERS, name)));
  const llama = await LlamaCalls.open(tools, folder, { threads, sequences: AT_ONCE });
  try {
    const { measured, others } = knownCalls(tools);
    const chosen = measured.filter((_, i) => i % (quick ? 5 : 1) === 0);
    const { pairs, unfinished } = await pairUp(chosen, tools, threads, llama);
    for (const { theirs } of pairs.slice(0, 8)) await theirs();
    const warm = others.filter((_, i) => i % Math.ceil(others.length / WARM_UP) === 0);
    const rounds: Awaited<ReturnType<typeof oneByOne>>[] = [];
    const eights: Awaited<ReturnType<typeof eightAtOnce>>[] = [];
    for (let i = 0; i < (quick ? 1 : 3); i++) {
      rounds.push(await withEngine(tools, threads, warm, (ours) => oneByOne(pairs, ours, i)));
      eights.push(await withEngine(tools, threads, warm, (ours) => eightAtOnce(pairs, ours)));
    }
    return { ...figures(pairs, rounds, eights), unfinished };
  } finally {
    await llama.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ours {
  readonly engine: OnnxEngine;
  generate(call: KnownCall): Promise<Generation>;
}

/** A new engine with the tools' adapters, after `warm`. */
async function withEngine<T>(
  tools: readonly EngineTool[],
  threads: number,
  warm: readonly KnownCall[],
  use: (ours: Ours) => Promise<T>,
): Promise<T> {
  const engine = await createOnnxEngine({ folder: MODEL, threads });
  try {
    const adapted = new Map<string, EngineTool>();
    for (const tool of tools) {
      const { digest } = await engine.addAdapter(join(ADAPTERS, tool.name));
      adapted.set(tool.name, { ...tool, adapter: digest });
    }
    const generate = ({ tool, input }: KnownCall) =>
      engine.generate({ input, tool: adapted.get(tool)!, maxTokens: MAX_TOKENS });
    for (const call of warm) await generate(call);
    return await use({ engine, generate });
  } finally {
    await engine.close();
  }
}

/** Their grammar needs to know which properties an answer has. */
async function pairUp(
  calls: readonly KnownCall[],
  tools: readonly EngineTool[],
  threads: number,
  llama: LlamaCalls,
): Promise<{ readonly pairs: readonly Pair[]; readonly unfinished: number }> {
  const pairs: Pair[] = [];
  await withEngine(tools, threads, [], async ({ generate }) => {
    for (const call of calls) {
      const { text, finish } = await generate(call);
      if (finish !== 'stop') continue;
      const written: unknown = JSON.parse(text);
      pairs.push({ call, written, theirs: await llama.prepare({ ...call, written }) });
    }
  });
  return { pairs, unfinished: calls.length - pairs.length };
}

async function oneByOne(pairs: readonly Pair[], { engine, generate }: Ours, first: number) {
  const before = engine.stats().model;
  const calls: { ours: Cost; theirs: Cost; generation: Generation; text: string }[] = [];
  for (const [i, pair] of pairs.entries()) {
    let generation!: Generation;
    let text = '';
    const runOurs = () =>
      costOf(async () => {
        generation = await generate(pair.call);
      });
    const runTheirs = () =>
      costOf(async () => {
        text = await pair.theirs();
      });
    if ((i + first) % 2 === 0) {
      calls.push({ ours: await runOurs(), theirs: await runTheirs(), generation, text });
    } else {
      const theirs = await runTheirs();
      calls.push({ ours: await runOurs(), theirs, generation, text });
    }
  }
  const after = engine.stats().model;
  return {
    calls,
    maskMs: (after?.maskMs ?? 0) - (before?.maskMs ?? 0),
    stepMs: (after?.stepMs ?? 0) - (before?.stepMs ?? 0),
  };
}

async function eightAtOnce(pairs: readonly Pair[], { generate }: Ours) {
  const ours = await costOf(() =>
    atOnce(
      pairs.map(
        ({ call }) =>
          () =>
            generate(call),
      ),
    ),
  );
  return { ours, theirs: await costOf(() => atOnce(pairs.map(({ theirs }) => theirs))) };
}

/** `AT_ONCE` of them at any time. */
async function atOnce(calls: readonly Write[]): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < calls.length) await calls[next++]!();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function figures(
  pairs: readonly Pair[],
  rounds: readonly Awaited<ReturnType<typeof oneByOne>>[],
  eights: readonly Awaited<ReturnType<typeof eightAtOnce>>[],
) {
  const of = (side: 'ours' | 'theirs') =>
    pairs.map((_, i) => least(rounds.map(({ calls }) => calls[i]![side])));
  const [ours, theirs] = [of('ours'), of('theirs')];
  const eight = {
    ours: least(eights.map((run) => run.ours)),
    theirs: least(eights.map((run) => run.theirs)),
  };
  const total = (costs: readonly Cost[], key: keyof Cost) => sum(costs.map((cost) => cost[key]));
  const last = rounds.at(-1)!;
  const usage = (key: 'completion_tokens' | 'forced_tokens' | 'passes') =>
    round(sum(last.calls.map(({ generation }) => generation.usage[key])) / pairs.length);
  return {
    ms_per_call: spread(ours.map(({ ms }) => ms)),
    llama_cpp_ms_per_call: spread(theirs.map(({ ms }) => ms)),
    speedup: round(total(theirs, 'ms') / total(ours, 'ms')),
    cpu_speedup: round(total(theirs, 'cpu') / total(ours, 'cpu')),
    calls_per_s_8: round((pairs.length / eight.ours.ms) * 1000),
    llama_cpp_calls_per_s_8: round((pairs.length / eight.theirs.ms) * 1000),
    speedup_8: round(eight.theirs.ms / eight.ours.ms),
    cpu_speedup_8: round(eight.theirs.cpu / eight.ours.cpu),
    compared_calls: pairs.length,
    same_arguments: last.calls.filter(({ text }, i) => isSame(text, pairs[i]!.written)).length,
    constraint_overhead: Math.min(...rounds.map(({ maskMs, stepMs }) => round(maskMs / stepMs))),
    tokens: usage('completion_tokens'),
    forced: usage('forced_tokens'),
    passes: usage('passes'),
  };
}

function isSame(text: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), value);
  } catch {
    return false;
  }
}
