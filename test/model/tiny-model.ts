import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decoderConfig } from '../../src/model/config.ts';
import { type NamedTensor, siteShapes, writeSafetensors } from '../../src/model/index.ts';
import { TINY_CONFIGS, type TinyConfig } from './tiny-configs.ts';

export const TENON_BASE = new URL('../../models/tenon-base', import.meta.url).pathname;

export const TINY_CONFIG = TINY_CONFIGS.llama;

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

/** A whole config.json is taken as it is; anything less changes a tiny Llama's. */
const configOf = (json: TinyConfig): TinyConfig =>
  json.model_type === undefined ? { ...TINY_CONFIG, ...json } : json;

/** Every tensor of a checkpoint with random weights, by Hugging Face name. */
export function tinyTensors(json: TinyConfig = {}): NamedTensor[] {
  const config = decoderConfig(configOf(json));
  const { hidden, vocabulary, headDim } = config;
  let seed = 1;
  const tensor = (name: string, shape: readonly number[], scale: number): NamedTensor => ({
    name: `${name}.weight`,
    shape,
    data: randomArray(
      shape.reduce((a, b) => a * b, 1),
      seed++,
      scale,
    ),
  });
  const norm = (name: string, width = hidden): NamedTensor => {
    const data = randomArray(width, seed++, 0.2).map((x) => 1 - config.normOffset + x);
    return { name: `${name}.weight`, shape: [width], data };
  };
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const prefix = `model.layers.${layer}.`;
    const projections = Object.values(siteShapes(config)).flatMap(({ inputs, projections }) =>
      projections.flatMap(({ name, module, outputs }) => {
        const weight = tensor(`${prefix}${module}`, [outputs, inputs], 0.3);
        const bias = {
          name: `${prefix}${module}.bias`,
          shape: [outputs],
          data: randomArray(outputs, seed, 1),
        };
        return config.biased.includes(name) ? [weight, bias] : [weight];
      }),
    );
    const around = config.norms === 'around' ? ['pre_feedforward', 'post_feedforward'] : [];
    return [
      norm(`${prefix}input_layernorm`),
      norm(`${prefix}post_attention_layernorm`),
      ...around.map((name) => norm(`${prefix}${name}_layernorm`)),
      ...(config.queryKeyNorm ? ['q_norm', 'k_norm'] : []).map((name) =>
        norm(`${prefix}self_attn.${name}`, headDim),
      ),
      ...projections,
    ];
  });
  const head = config.tiedEmbeddings ? [] : [tensor('lm_head', [vocabulary, hidden], 0.5)];
  const embedding = tensor('model.embed_tokens', [vocabulary, hidden], 1);
  return [embedding, ...layers.flat(), norm('model.norm'), ...head];
}

/** A model folder with random weights and the embedded model's tokenizer and template. */
export function writeTinyModel(json: TinyConfig = {}): string {
  const folder = temporaryFolder();
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']) {
    copyFileSync(join(TENON_BASE, file), join(folder, file));
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(json)));
  writeSafetensors(join(folder, 'model.safetensors'), tinyTensors(json));
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
