import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { type LoraAdapter, type LoraModule, readAdapter, readModules } from '../../src/lora/index.ts';
import { loadModel } from '../../src/model/index.ts';
import { referenceLogprobs } from '../model/reference-decoder.ts';
import { TINY_CONFIG, tinyTensors, writeTinyModel } from '../model/tiny-model.ts';
import { merge, randomModules, writeTinyAdapter } from './tiny-adapter.ts';

const TOKENS = [9, 300, 17, 2048, 5];
const model = await loadModel(writeTinyModel());
const decoder = await Decoder.create(model.onnx, model.config, { threads: 1, slots: 4 });
afterAll(() => decoder.close());

const attention = ['q_proj', 'v_proj'];
const every = [...attention, 'k_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const byRank = ({ rank }: LoraModule) => 16 / rank;
const layerOf = ({ path }: LoraModule) => Number(/layers\.(\d)/.exec(path)![1]);

async function logprobs(adapters: readonly (LoraAdapter | null)[]): Promise<readonly Float32Array[]> {
  const rows = adapters.map((adapter) => {
    const past = new KeyValueRow(model.config);
    return { past, tokens: TOKENS, adapter, wanted: [TOKENS.length - 1] };
  });
  return (await decoder.run(rows)).map((result) => result.logprobs[0]!);
}

/** What the model computes whose weights have been merged with the adapter's, by an implementation apart. */
function merged(modules: readonly LoraModule[], scaleOf: (module: LoraModule) => number): readonly number[] {
  return referenceLogprobs(TINY_CONFIG, merge(tinyTensors(), modules, scaleOf), TOKENS).at(-1)!;
}

function distance(actual: Float32Array, wanted: readonly number[]): number {
  return Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]!)));
}

function edit(folder: string, change: object): string {
  const path = join(folder, 'adapter_config.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  return folder;
}

/** Every tensor under another name, in a file of the same length: the header's padding takes up the difference. */
function rename(folder: string, change: (name: string) => string): string {
  const path = join(folder, 'adapter_model.safetensors');
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  const renamed = Object.fromEntries(Object.entries(header).map(([name, value]) => [change(name), value]));
  const json = Buffer.from(JSON.stringify(renamed));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([size, json, bytes.subarray(8 + length)]));
  return folder;
}

const mixed = randomModules(
  model.config,
  every,
  (path) => (/q_proj/.test(path) ? 6 : /down/.test(path) ? 1 : 3),
  3,
);
const plain = randomModules(model.config, attention, () => 4, 4);
const onlySecond = plain.filter((module) => layerOf(module) === 1);

interface Case {
  readonly name: string;
  readonly modules: readonly LoraModule[];
  readonly change: object;
  readonly scale?: (module: LoraModule) => number;
  readonly tensors?: (name: string) => string;
}

const CASES: readonly Case[] = [
  {
    name: 'rank_pattern by suffix, alpha by r of each',
    modules: mixed,
    change: { r: 3, target_modules: every, rank_pattern: { q_proj: 6, 'mlp.down_proj': 1 } },
  },
  {
    name: 'rank_pattern by regular expression, the first that fits',
    modules: mixed,
    change: {
      r: 9,
      target_modules: every,
      rank_pattern: { '.*(q)_proj': 6, 'down_.+': 1, '[a-z_.]*proj|.*': 3 },
    },
  },
  {
    name: 'rank_pattern anchored at the start',
    modules: onlySecond,
    change: {
      r: 7,
      target_modules: attention,
      layers_to_transform: [1],
      rank_pattern: { '^model.layers.1.self_attn.(q|v)_proj': 4 },
    },
  },
  {
    name: 'alpha_pattern and use_rslora together',
    modules: mixed,
    change: {
      target_modules: every,
      alpha_pattern: { up_proj: 5, '0.self_attn.v_proj': 2 },
      use_rslora: true,
    },
    scale: ({ path, rank }) =>
      (/up_proj/.test(path) ? 5 : /\.0\.self_attn\.v_proj/.test(path) ? 2 : 16) / Math.sqrt(rank),
  },
  { name: 'target_modules all-linear', modules: mixed, change: { target_modules: 'All-Linear' } },
  {
    name: 'target_modules as a pattern for whole paths',
    modules: onlySecond,
    change: { target_modules: 'model\\.layers\\.1\\..*\\.(q|v)_proj' },
  },
  {
    name: 'target_modules as a pattern that cannot run in linear time: the weights say it',
    modules: onlySecond,
    change: { target_modules: '^(?!.*layers\\.0).*\\.(q|v)_proj$' },
  },
  {
    name: 'exclude_modules as a list',
    modules: plain.filter(({ path }) => !path.includes('q_proj')),
    change: { target_modules: attention, exclude_modules: ['q_proj'] },
  },
  {
    name: 'exclude_modules as a pattern',
    modules: onlySecond,
    change: { target_modules: attention, exclude_modules: '.*layers\\.0\\..*' },
  },
  {
    name: 'layers_to_transform as a number, layers_pattern as a name',
    modules: onlySecond,
    change: { target_modules: attention, layers_to_transform: 1, layers_pattern: 'layers' },
  },
  {
    name: 'layers_pattern as a list, of which one fits',
    modules: onlySecond,
    change: { target_modules: attention, layers_to_transform: [1], layers_pattern: ['blocks', 'layers'] },
  },
  {
    name: 'layers_to_transform beside a target that names its whole path',
    modules: plain.filter((module) => layerOf(module) === 1 || module.path.endsWith('q_proj')),
    change: { target_modules: ['model.layers.0.self_attn.q_proj', ...attention], layers_to_transform: [1] },
  },
  { name: 'fan_in_fan_out', modules: plain, change: { fan_in_fan_out: true, target_modules: attention } },
  {
    name: 'targets that the model does not have',
    modules: plain,
    change: { target_modules: [...attention, 'c_attn', 'lm_head'] },
  },
  {
    name: 'a language model inside another',
    modules: plain,
    change: { target_modules: 'model\\.language_model\\..*\\.(q|v)_proj' },
    tensors: (name) => name.replace('.model.layers', '.model.language_model.layers'),
  },
  {
    name: 'a decoder without its head',
    modules: plain,
    change: { target_modules: attention },
    tensors: (name) => name.replace('.model.layers', '.layers'),
  },
  {
    name: 'what does not change the base model at the start',
    modules: plain,
    change: {
      target_modules: attention,
      init_lora_weights: 'eva',
      loftq_config: {},
      eva_config: { rho: 2 },
      modules_to_save: null,
      megatron_config: null,
      task_type: null,
    },
  },
];

describe('a PEFT folder amounts to its merged weights', () => {
  test.each(CASES)('$name', async ({ modules, change, scale = byRank, tensors }) => {
    const folder = edit(writeTinyAdapter(modules), change);
    if (tensors) rename(folder, (name) => (name === '__metadata__' ? name : tensors(name)));
    const [actual] = await logprobs([readAdapter(folder, model.config)]);
    expect(distance(actual!, merged(modules, scale))).toBeLessThan(1e-3);
    expect(distance(actual!, merged([], byRank))).toBeGreaterThan(0.05);
  });

  test('in one batch, of all ranks and sites, with more adapters than slots', async () => {
    const folders = CASES.filter(({ tensors }) => !tensors).map(({ modules, change }) =>
      edit(writeTinyAdapter(modules), change),
    );
    const adapters = [null, ...folders.map((folder) => readAdapter(folder, model.config))];
    const rows = await logprobs([...adapters, ...adapters.toReversed()]);
    const wanted = [
      merged([], byRank),
      ...CASES.filter(({ tensors }) => !tensors).map(({ modules, scale = byRank }) => merged(modules, scale)),
    ];
    rows.forEach((row, i) => {
      const at = i < adapters.length ? i : 2 * adapters.length - 1 - i;
      expect(distance(row, wanted[at]!)).toBeLessThan(1e-3);
    });
  });

  test.each(['F16', 'BF16', 'F32'] as const)('stored as %s, at any alignment', async (type) => {
    // What survives bfloat16 survives them all.
    const short = plain.map((module) => ({ ...module, a: module.a.map(toBf16), b: module.b.map(toBf16) }));
    const folder = rename(writeTinyAdapter(short, { type }), (name) => name);
    const adapter = readAdapter(folder, model.config);
    const [actual] = await logprobs([adapter]);
    expect(distance(actual!, merged(short, byRank))).toBeLessThan(1e-3);
    expect(readModules(folder, model.config)).toEqual(short.map((module) => ({ ...module, scale: 4 })));
  });
});

function toBf16(value: number): number {
  const words = new Uint32Array(Float32Array.of(value).buffer);
  words[0] = words[0]! & 0xffff0000;
  return new Float32Array(words.buffer)[0]!;
}
