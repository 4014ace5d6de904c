import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Llama, Token } from 'node-llama-cpp';
import { Decoder } from '../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../src/engine/onnx/key-value-row.ts';
import { exportModel, loadModel } from '../src/model/index.ts';
import { openLlama } from './engine-llama.ts';
import { writeShapeModel } from './engine-shape-model.ts';
import { round } from './figures.ts';

const TOKENIZER = new URL('../models/tenon-base', import.meta.url).pathname;
const PROMPT = 512;
const ANSWER = 32;

/** Each precision of ours beside the format of llama.cpp that takes as many bits. */
const PAIRS = [
  { precision: 'int4', type: 'q4_0' },
  { precision: 'int8', type: 'q8_0' },
] as const;

/** Milliseconds to read `PROMPT` tokens, then to write `ANSWER` more, greedily. */
interface Round {
  readonly prefill: number;
  readonly decode: number;
}

interface Side {
  run(): Promise<Round>;
  close(): Promise<void>;
}

/**
 * A random model of Qwen2.5-0.5B's shape, ours against llama.cpp, turn by turn; of each the least disturbed round.
 * `prefill_ratio` and `decode_ratio` are ours over theirs, of the worse of the two precisions.
 */
export async function timeShape(threads: number, rounds: number) {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-shape-'));
  try {
    writeShapeModel(folder, TOKENIZER);
    const llama = await openLlama(threads);
    const pairs: Record<string, ReturnType<typeof compare>> = {};
    // Rough is one round of the smaller.
    for (const { precision, type } of rounds > 1 ? PAIRS : PAIRS.slice(0, 1)) {
      const sides = [
        await openOurs(folder, precision, threads),
        await openTheirs(llama, exportModel(folder, join(folder, `${type}.gguf`), type).path, threads),
      ] as const;
      pairs[precision] = compare(await alternate(sides, rounds));
      for (const side of sides) await side.close();
    }
    await llama.dispose();
    const worst = (key: 'prefill_ratio' | 'decode_ratio') =>
      Math.min(...Object.values(pairs).map((figures) => figures[key]));
    return { prefill_ratio: worst('prefill_ratio'), decode_ratio: worst('decode_ratio'), ...pairs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One round each to warm up, then turn by turn, each side first as often as the other. */
async function alternate(sides: readonly [Side, Side], rounds: number): Promise<readonly [Round[], Round[]]> {
  const measured: [Round[], Round[]] = [[], []];
  for (const side of sides) await side.run();
  for (let i = 0; i < rounds; i++) {
    for (const which of i % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      measured[which].push(await sides[which].run());
    }
  }
  return measured;
}

function compare([ours, theirs]: readonly [Round[], Round[]]) {
  const rate = (rounds: readonly Round[], phase: keyof Round, tokens: number) =>
    (tokens / Math.min(...rounds.map((round) => round[phase]))) * 1000;
  const prefill = [rate(ours, 'prefill', PROMPT), rate(theirs, 'prefill', PROMPT)] as const;
  const decode = [rate(ours, 'decode', ANSWER), rate(theirs, 'decode', ANSWER)] as const;
  return {
    prefill_ratio: round(prefill[0] / prefill[1]),
    decode_ratio: round(decode[0] / decode[1]),
    prefill_tokens_per_s: { tenon: Math.round(prefill[0]), llama_cpp: Math.round(prefill[1]) },
    decode_tokens_per_s: { tenon: round(decode[0]), llama_cpp: round(decode[1]) },
  };
}

const promptTokens = Array.from({ length: PROMPT }, (_, i) => 100 + ((i * 37) % 3900));

async function openOurs(folder: string, precision: 'int4' | 'int8', threads: number): Promise<Side> {
  const { onnx, config } = await loadModel(folder, { precision });
  const decoder = await Decoder.create(onnx, config, { threads, slots: 1 });
  const next = async (past: KeyValueRow, tokens: readonly number[]): Promise<number> => {
    const [result] = await decoder.run([{ past, tokens, adapter: null, wanted: [tokens.length - 1] }]);
    return best(result!.logprobs[0]!);
  };
  return {
    async run() {
      const past = new KeyValueRow(config);
      const begun = performance.now();
      let token = await next(past, promptTokens);
      const read = performance.now();
      for (let i = 0; i < ANSWER; i++) token = await next(past, [token]);
      return { prefill: read - begun, decode: performance.now() - read };
    },
    close: () => decoder.close(),
  };
}

async function openTheirs(llama: Llama, modelPath: string, threads: number): Promise<Side> {
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: 1024, batchSize: PROMPT, threads });
  return {
    async run() {
      const sequence = context.getSequence();
      const begun = performance.now();
      let read = begun;
      let written = 0;
      const options = { temperature: 0, yieldEogToken: true } as const;
      for await (const _ of sequence.evaluate(promptTokens as Token[], options)) {
        // The first token comes with the prompt.
        if (written++ === 0) read = performance.now();
        if (written > ANSWER) break;
      }
      const ended = performance.now();
      await sequence.dispose();
      return { prefill: read - begun, decode: ended - read };
    },
    async close() {
      await context.dispose();
      await model.dispose();
    },
  };
}

function best(values: Float32Array): number {
  let found = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[found]!) found = i;
  return found;
}
