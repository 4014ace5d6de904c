import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decoderConfig } from '../../src/model/config.ts';
import { type NamedTensor, siteShapes, writeSafetensors } from '../../src/model/index.ts';

export const TENON_BASE = new URL('../../models/tenon-base', import.meta.url).pathname;

export const TINY_CONFIG = {
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  vocab_size: 4096,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  hidden_act: 'silu',
  tie_word_embeddings: false,
  eos_token_id: 4,
};

/** Numbers in (-1, 1) that are the same every time. */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function randomArray(length: number, seed: number, scale: number): Float32Array {
  const next = pseudoRandom(seed);
  return Float32Array.from({ length }, () => next() * scale);
}

/** Every tensor of a checkpoint with random weights, by Hugging Face name. */
export function tinyTensors(overrides: Partial<typeof TINY_CONFIG> = {}): NamedTensor[] {
  const config = decoderConfig({ ...TINY_CONFIG, ...overrides });
  const { hidden, vocabulary } = config;
  let seed = 1;
  const tensor = (name: string, shape: readonly number[], scale: number): NamedTensor => ({
    name,
    shape,
    data: randomArray(
      shape.reduce((a, b) => a * b, 1),
      seed++,
      scale,
    ),
  });
  const ones = (name: string): NamedTensor => {
    const data = randomArray(hidden, seed++, 0.2).map((x) => 1 + x);
    return { name, shape: [hidden], data };
  };
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const prefix = `model.layers.${layer}.`;
    const projections = Object.values(siteShapes(config)).flatMap(({ inputs, projections }) =>
      projections.map(({ module, outputs }) => tensor(`${prefix}${module}.weight`, [outputs, inputs], 0.3)),
    );
    return [
      ones(`${prefix}input_layernorm.weight`),
      ones(`${prefix}post_attention_layernorm.weight`),
      ...projections,
    ];
  });
  const head = config.tiedEmbeddings ? [] : [tensor('lm_head.weight', [vocabulary, hidden], 0.5)];
  const embedding = tensor('model.embed_tokens.weight', [vocabulary, hidden], 1);
  return [embedding, ...layers.flat(), ones('model.norm.weight'), ...head];
}

/** A model folder with random weights and the embedded model's tokenizer and template. */
export function writeTinyModel(overrides: Partial<typeof TINY_CONFIG> = {}): string {
  const folder = temporaryFolder();
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']) {
    copyFileSync(join(TENON_BASE, file), join(folder, file));
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...TINY_CONFIG, ...overrides }));
  writeSafetensors(join(folder, 'model.safetensors'), tinyTensors(overrides));
  return folder;
}

export function copyModel(source: string): string {
  const folder = temporaryFolder();
  const files = [
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
    'chat_template.jinja',
  ];
  // Written anew rather than copied, so that a read-only original gives a writable copy.
  for (const file of files) writeFileSync(join(folder, file), readFileSync(join(source, file)));
  return folder;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tenon-'));
}
