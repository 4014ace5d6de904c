import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAdapter } from '../src/lora/index.ts';
import { type DecoderConfig, siteShapes } from '../src/model/index.ts';

/** Of a random checkpoint. */
export interface Shape {
  readonly layers: number;
  readonly vocabulary: number;
}

/** Qwen2.5-0.5B's, but for what `shape` says. */
export function configJson({ layers, vocabulary }: Shape) {
  return {
    model_type: 'qwen2',
    hidden_size: 896,
    intermediate_size: 4864,
    num_hidden_layers: layers,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    vocab_size: vocabulary,
    max_position_embeddings: 1024,
    rms_norm_eps: 1e-6,
    rope_theta: 1_000_000,
    hidden_act: 'silu',
    tie_word_embeddings: true,
    eos_token_id: 4,
  };
}

/** A model folder with random bfloat16 weights and the embedded model's tokenizer, which has fewer tokens. */
export async function writeRandomModel(folder: string, shape: Shape, tokenizer: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'])
    copyFileSync(join(tokenizer, file), join(folder, file));
  const json = configJson(shape);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, ...sizes] of tensors(json)) {
    const end = at + 2 * sizes.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'BF16', shape: sizes, data_offsets: [at, end] };
    at = end;
  }
  const file = await open(join(folder, 'model.safetensors'), 'w');
  await writeHeader(file, header);
  const noise = randomHalves(1 << 22);
  for (let left = at; left > 0; left -= noise.length)
    await file.write(noise, 0, Math.min(left, noise.length));
  await file.close();
}

type Tensor = readonly [name: string, ...sizes: number[]];

function tensors(json: ReturnType<typeof configJson>): readonly Tensor[] {
  const { hidden_size: hidden, intermediate_size: wide, vocab_size: vocabulary } = json;
  const narrow = (hidden / json.num_attention_heads) * json.num_key_value_heads;
  const layers = Array.from({ length: json.num_hidden_layers }, (_, i): Tensor[] => {
    const at = `model.layers.${i}`;
    const attention = [
      ['q', hidden],
      ['k', narrow],
      ['v', narrow],
    ] as const;
    return [
      [`${at}.input_layernorm.weight`, hidden],
      ...attention.map(([name, size]): Tensor => [`${at}.self_attn.${name}_proj.weight`, size, hidden]),
      ...attention.map(([name, size]): Tensor => [`${at}.self_attn.${name}_proj.bias`, size]),
      [`${at}.self_attn.o_proj.weight`, hidden, hidden],
      [`${at}.post_attention_layernorm.weight`, hidden],
      [`${at}.mlp.gate_proj.weight`, wide, hidden],
      [`${at}.mlp.up_proj.weight`, wide, hidden],
      [`${at}.mlp.down_proj.weight`, hidden, wide],
    ];
  });
  return [['model.embed_tokens.weight', vocabulary, hidden], ...layers.flat(), ['model.norm.weight', hidden]];
}

async function writeHeader(file: FileHandle, header: object): Promise<void> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  await file.write(Buffer.concat([length, padded]));
}

/** Numbers of bfloat16 between 2^-9 and 2^-6, of both signs. */
function randomHalves(count: number): Uint8Array {
  const next = generator(1);
  const halves = Uint16Array.from({ length: count / 2 }, () => {
    const random = next();
    return ((random & 1) << 15) | ((118 + ((random >>> 1) % 3)) << 7) | ((random >>> 3) & 0x7f);
  });
  return new Uint8Array(halves.buffer);
}

/** `count` PEFT folders of rank 8 on q and v in float16, every one of other content. Their paths. */
export function writeAdapters(folder: string, config: DecoderConfig, count: number): readonly string[] {
  const rank = 8;
  const next = generator(7);
  const noise = (length: number) => Float32Array.from({ length }, () => ((next() % 2000) - 1000) / 200_000);
  const { inputs, projections } = siteShapes(config).qkv;
  const modules = Array.from({ length: config.layers }, (_, layer) =>
    projections
      .filter(({ name }) => name !== 'k_proj')
      .map(({ module, outputs }) => {
        const path = `model.layers.${layer}.${module}`;
        return { path, rank, a: noise(rank * inputs), b: noise(outputs * rank) };
      }),
  );
  const first = join(folder, '0');
  writeAdapter(first, modules.flat(), { baseModel: 'random', alpha: 16, type: 'F16' });
  const bytes = readFileSync(join(first, 'adapter_model.safetensors'));
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const halves = new Uint16Array(
    bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
  );
  return Array.from({ length: count }, (_, i) => {
    const own = join(folder, String(i));
    if (i > 0) {
      mkdirSync(own);
      copyFileSync(join(first, 'adapter_config.json'), join(own, 'adapter_config.json'));
      // Other low bits of every number: another content, as large.
      const changed = halves.map((half, k) => half ^ ((i * 31 + k) & 0xff));
      writeFileSync(
        join(own, 'adapter_model.safetensors'),
        Buffer.concat([bytes.subarray(0, start), new Uint8Array(changed.buffer)]),
      );
    }
    return own;
  });
}

/** A linear congruential generator's 31 bits: the same every time. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 1;
  };
}
