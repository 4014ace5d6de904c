import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { type LoraAdapter, type LoraModule, ResidentAdapters, readAdapter } from '../../src/lora/index.ts';
import { loadModel, writeSafetensors } from '../../src/model/index.ts';
import { referenceLogprobs } from '../model/reference-decoder.ts';
import { TINY_CONFIG, tinyTensors, writeTinyModel } from '../model/tiny-model.ts';
import { merge, randomModules, writeTinyAdapter } from './tiny-adapter.ts';

const ALL = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const TOKENS = [9, 300, 17, 2048, 5];
const model = await loadModel(writeTinyModel());
const decoder = await Decoder.create(model.onnx, model.config, { threads: 1, slots: 3 });
afterAll(() => decoder.close());

function editConfig(folder: string, change: object): void {
  const path = join(folder, 'adapter_config.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}

async function logprobsOf(adapters: readonly (LoraAdapter | null)[]): Promise<readonly Float32Array[]> {
  const rows = adapters.map((adapter) => ({
    past: new KeyValueRow(model.config),
    tokens: TOKENS,
    adapter,
    wanted: [TOKENS.length - 1],
  }));
  return (await decoder.run(rows)).map(({ logprobs }) => logprobs[0]!);
}

function expected(modules: readonly LoraModule[], scaleOf: (module: LoraModule) => number): number[] {
  return referenceLogprobs(TINY_CONFIG, merge(tinyTensors(), modules, scaleOf), TOKENS).at(-1)!;
}

function distance(actual: Float32Array, wanted: readonly number[]): number {
  return wanted.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i]!)), 0);
}

describe('an adapter amounts to its merged weights', () => {
  const wide = randomModules(model.config, ALL, () => 4, 1);
  const mixed = randomModules(
    model.config,
    ['q_proj', 'v_proj', 'up_proj'],
    (path) => (/q_proj/.test(path) ? 6 : 2),
    2,
  );
  const bare = expected([], () => 0);

  test('alone, on every linear layer', async () => {
    const adapter = readAdapter(writeTinyAdapter(wide), model.config);
    const [logprobs] = await logprobsOf([adapter]);
    expect(
      distance(
        logprobs!,
        expected(wide, () => 4),
      ),
    ).toBeLessThan(1e-3);
    expect(distance(logprobs!, bare)).toBeGreaterThan(0.1);
    expect(adapter).toMatchObject({ rank: 4, alpha: 16, targets: [...ALL].sort() });
  });

  test('in one batch with others of other ranks, and with none', async () => {
    const one = readAdapter(writeTinyAdapter(wide), model.config);
    const two = readAdapter(writeTinyAdapter(mixed), model.config);
    const scale = (module: LoraModule) => 16 / module.rank;
    const rows = await logprobsOf([two, null, one, two]);
    expect(distance(rows[0]!, expected(mixed, scale))).toBeLessThan(1e-3);
    expect(distance(rows[1]!, bare)).toBeLessThan(1e-3);
    expect(distance(rows[2]!, expected(wide, scale))).toBeLessThan(1e-3);
    expect(distance(rows[3]!, expected(mixed, scale))).toBeLessThan(1e-3);
  });

  test('more adapters than slots, one after the other, and back', async () => {
    const many = [3, 4, 5, 6].map((seed) => randomModules(model.config, ALL, () => seed, seed));
    const adapters = many.map((modules) => readAdapter(writeTinyAdapter(modules), model.config));
    for (const i of [0, 1, 2, 3, 0, 2]) {
      const [logprobs] = await logprobsOf([adapters[i]!]);
      expect(
        distance(
          logprobs!,
          expected(many[i]!, ({ rank }) => 16 / rank),
        ),
      ).toBeLessThan(2e-3);
    }
    const together = await logprobsOf(adapters);
    together.forEach((logprobs, i) => {
      const wanted = expected(many[i]!, ({ rank }) => 16 / rank);
      expect(distance(logprobs, wanted)).toBeLessThan(2e-3);
    });
  });

  test.each([
    ['rsLoRA', { use_rslora: true }, ({ rank }: LoraModule) => 16 / Math.sqrt(rank)],
    [
      'alpha by module',
      { alpha_pattern: { 'layers.1.self_attn.q_proj': 3 } },
      ({ path, rank }: LoraModule) => (path === 'model.layers.1.self_attn.q_proj' ? 3 : 16) / rank,
    ],
    [
      'targets by suffix',
      { target_modules: ['q_proj', 'v_proj', 'up_proj'] },
      ({ rank }: LoraModule) => 16 / rank,
    ],
    [
      'targets by pattern',
      { target_modules: '.*\\.(q_proj|v_proj|up_proj)' },
      ({ rank }: LoraModule) => 16 / rank,
    ],
  ])('%s', async (_, change, scaleOf) => {
    const folder = writeTinyAdapter(mixed);
    editConfig(folder, change);
    const [logprobs] = await logprobsOf([readAdapter(folder, model.config)]);
    expect(distance(logprobs!, expected(mixed, scaleOf))).toBeLessThan(1e-3);
  });

  test('all-linear, and one layer only', async () => {
    const every = writeTinyAdapter(wide);
    editConfig(every, { target_modules: 'all-linear' });
    expect(readAdapter(every, model.config).parameters).toBe(
      wide.reduce((n, { a, b }) => n + a.length + b.length, 0),
    );
    const second = wide.filter(({ path }) => path.includes('layers.1.'));
    const folder = writeTinyAdapter(second);
    editConfig(folder, { target_modules: ALL, layers_to_transform: [1] });
    const [logprobs] = await logprobsOf([readAdapter(folder, model.config)]);
    expect(
      distance(
        logprobs!,
        expected(second, () => 4),
      ),
    ).toBeLessThan(1e-3);
  });
});

describe('what is not plain LoRA for this model is refused by name', () => {
  const modules = randomModules(model.config, ['q_proj'], () => 2, 9);
  const edited = (change: object) => () => {
    const folder = writeTinyAdapter(modules);
    editConfig(folder, change);
    return folder;
  };
  const extra = (name: string) =>
    weights((path) =>
      writeSafetensors(path, [
        ...modules.flatMap(({ path: at, a, b }) => [
          { name: `base_model.model.${at}.lora_A.weight`, shape: [2, 32], data: a },
          { name: `base_model.model.${at}.lora_B.weight`, shape: [32, 2], data: b },
        ]),
        { name: `base_model.model.${name}`, shape: [1], data: new Float32Array(1) },
      ]),
    );
  const weights = (change: (path: string) => void) => () => {
    const folder = writeTinyAdapter(modules);
    change(join(folder, 'adapter_model.safetensors'));
    return folder;
  };
  test.each([
    ['DoRA', edited({ use_dora: true }), 'adapter_unsupported', /use_dora/],
    ['whole modules', edited({ modules_to_save: ['lm_head'] }), 'adapter_unsupported', /modules_to_save/],
    ['trained biases', edited({ bias: 'lora_only' }), 'adapter_unsupported', /bias/],
    ['another method', edited({ peft_type: 'IA3' }), 'adapter_unsupported', /IA3/],
    ['trained biases of the adapter', edited({ lora_bias: true }), 'adapter_unsupported', /lora_bias/],
    ['VeRA', edited({ peft_type: 'VERA' }), 'adapter_unsupported', /peft_type "VERA"/],
    [
      'new tokens',
      edited({ trainable_token_indices: [5] }),
      'adapter_unsupported',
      /trainable_token_indices/,
    ],
    ['layers twice', edited({ layer_replication: [[0, 1]] }), 'adapter_unsupported', /layer_replication/],
    ['QALoRA', edited({ use_qalora: true }), 'adapter_unsupported', /use_qalora/],
    ['what a later PEFT may bring', edited({ use_zora: true }), 'adapter_unsupported', /use_zora/],
    [
      'LoftQ',
      edited({ init_lora_weights: 'loftq', loftq_config: { loftq_bits: 4 } }),
      'adapter_unsupported',
      /loftq/,
    ],
    [
      'an unknown beginning',
      edited({ init_lora_weights: 'zora' }),
      'adapter_unsupported',
      /init_lora_weights/,
    ],
    [
      'bare parameters',
      edited({ target_parameters: ['experts'] }),
      'adapter_unsupported',
      /target_parameters/,
    ],
    [
      'layers beside a pattern',
      edited({ target_modules: '.*q_proj', layers_to_transform: [0] }),
      'adapter_invalid',
      /layers_to_transform/,
    ],
    [
      'patterns without end',
      edited({ alpha_pattern: { ['(a|b)*'.repeat(9000)]: 1 } }),
      'adapter_invalid',
      /alpha_pattern is longer/,
    ],
    [
      'too many patterns',
      edited({ rank_pattern: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`x${i}`, 2])) }),
      'adapter_invalid',
      /more than 1000 entries/,
    ],
    ['half a rank', edited({ r: 2.5 }), 'adapter_invalid', /r is not a whole number/],
    ['an endless rank', edited({ rank_pattern: { q_proj: 1e9 } }), 'adapter_invalid', /rank_pattern\.q_proj/],
    [
      'a pickle',
      () => {
        const folder = writeTinyAdapter(modules);
        renameSync(join(folder, 'adapter_model.safetensors'), join(folder, 'adapter_model.bin'));
        return folder;
      },
      'adapter_unsupported',
      /adapter_model\.bin, a pickle.*safe_serialization/,
    ],
    [
      'a folder where the weights should be',
      () => {
        const folder = writeTinyAdapter(modules);
        rmSync(join(folder, 'adapter_model.safetensors'));
        mkdirSync(join(folder, 'adapter_model.safetensors'));
        return folder;
      },
      'adapter_invalid',
      /not a file/,
    ],
    [
      'numbers that are none',
      () =>
        writeTinyAdapter(
          modules.map((module) => ({ ...module, b: module.b.map((x, i) => (i === 7 ? Number.NaN : x)) })),
        ),
      'adapter_invalid',
      /lora_B\.weight holds values that are not finite/,
    ],
    [
      'DoRA by its tensors',
      extra('model.layers.0.self_attn.q_proj.lora_magnitude_vector'),
      'adapter_unsupported',
      /DoRA/,
    ],
    [
      'a trained bias by its tensor',
      extra('model.layers.0.self_attn.q_proj.bias'),
      'adapter_unsupported',
      /biases/,
    ],
    ['a whole head', extra('lm_head.weight'), 'adapter_unsupported', /lm_head\.weight/],
    [
      'an adapter on the head',
      extra('lm_head.lora_A.weight'),
      'adapter_unsupported',
      /another layer.*lm_head/,
    ],
    ['a path for a name', extra('../../etc/passwd'), 'adapter_unsupported', /the tensor/],
    ['PiSSA', edited({ init_lora_weights: 'pissa_niter_16' }), 'adapter_unsupported', /pissa/],
    ['a rank that is none', edited({ r: 0 }), 'adapter_invalid', /r is not a positive number/],
    ['a rank unlike the weights', edited({ r: 3 }), 'adapter_mismatch', /has shape \[2,32\]/],
    [
      'targets without weights',
      edited({ target_modules: ['q_proj', 'k_proj'] }),
      'adapter_invalid',
      /no tensor.*k_proj/,
    ],
    ['weights without targets', edited({ target_modules: ['v_proj'] }), 'adapter_invalid', /safetensors/],
    [
      'targets that match nothing',
      edited({ target_modules: ['c_attn'] }),
      'adapter_invalid',
      /not among target_modules/,
    ],
    [
      'a pattern that cannot run',
      edited({ rank_pattern: { '(?=x)q_proj': 2 } }),
      'adapter_invalid',
      /pattern/,
    ],
    [
      'configuration that is not JSON',
      () => {
        const folder = writeTinyAdapter(modules);
        writeFileSync(join(folder, 'adapter_config.json'), 'r: 8');
        return folder;
      },
      'adapter_invalid',
      /adapter_config\.json.*not valid JSON/,
    ],
    [
      'weights cut short',
      weights((path) => truncateSync(path, 600)),
      'adapter_invalid',
      /adapter_model\.safetensors/,
    ],
    ['no weights', weights((path) => rmSync(path)), 'adapter_invalid', /cannot be read/],
    [
      'an adapter on the embedding',
      weights((path) =>
        writeSafetensors(path, [
          ...modules.flatMap(({ path: at, a, b }) => [
            { name: `base_model.model.${at}.lora_A.weight`, shape: [2, 32], data: a },
            { name: `base_model.model.${at}.lora_B.weight`, shape: [32, 2], data: b },
          ]),
          {
            name: 'base_model.model.model.embed_tokens.lora_embedding_A',
            shape: [1],
            data: new Float32Array(1),
          },
        ]),
      ),
      'adapter_unsupported',
      /embed_tokens/,
    ],
    [
      'an adapter of a wider model',
      () => writeTinyAdapter(randomModules({ ...model.config, hidden: 40 }, ['q_proj'], () => 2, 9)),
      'adapter_mismatch',
      /has shape \[2,40\]/,
    ],
    [
      'an adapter of a deeper model',
      () => {
        const folder = writeTinyAdapter(
          randomModules({ ...model.config, layers: 3 }, ['q_proj'], () => 2, 9),
        );
        editConfig(folder, { target_modules: ['q_proj'] });
        return folder;
      },
      'adapter_mismatch',
      /no layer model\.layers\.2/,
    ],
  ])('%s', (_, make, code, message) => {
    const read = () => readAdapter(make(), model.config);
    expect(read).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

test('an adapter is known by its content', () => {
  const modules = randomModules(model.config, ['q_proj'], () => 2, 9);
  const digest = (folder: string) => readAdapter(folder, model.config).digest;
  const folder = writeTinyAdapter(modules);
  expect(digest(writeTinyAdapter(modules))).toBe(digest(folder));
  expect(digest(writeTinyAdapter(modules, { alpha: 8 }))).not.toBe(digest(folder));
});

test('the adapter used longest ago makes room', () => {
  const read = (seed: number) =>
    readAdapter(writeTinyAdapter(randomModules(model.config, ['q_proj'], () => 2, seed)), model.config);
  const [a, b, c] = [read(1), read(2), read(3)];
  const resident = new ResidentAdapters(model.config, 3);
  const slot = (adapter: LoraAdapter) => resident.place([adapter]).rows[0]!;
  const [first, second] = [slot(a!), slot(b!)];
  expect(first).not.toBe(second);
  expect(slot(a!)).toBe(first);
  expect(slot(c!)).toBe(second);
  expect(slot(a!)).toBe(first);
  expect(resident.place([null, null])).toMatchObject({ slots: 1, rows: [0, 0] });
});
