import { closeSync, copyFileSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Qwen2.5-0.5B's config.json. Source: its model card. */
export const QWEN_05B = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  vocab_size: 151_936,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  hidden_act: 'silu',
  tie_word_embeddings: true,
  use_sliding_window: false,
  eos_token_id: 4,
};

type Shape = readonly [name: string, shape: readonly number[]];

/** Every tensor of a Qwen2 checkpoint, in the order it is written. */
function tensors(config: typeof QWEN_05B): readonly Shape[] {
  const { hidden_size: hidden, intermediate_size: intermediate, num_key_value_heads: kvHeads } = config;
  const keyValue = (hidden / config.num_attention_heads) * kvHeads;
  const layer = (i: number): readonly Shape[] => {
    const at = `model.layers.${i}.`;
    return [
      [`${at}input_layernorm.weight`, [hidden]],
      [`${at}self_attn.q_proj.weight`, [hidden, hidden]],
      [`${at}self_attn.q_proj.bias`, [hidden]],
      [`${at}self_attn.k_proj.weight`, [keyValue, hidden]],
      [`${at}self_attn.k_proj.bias`, [keyValue]],
      [`${at}self_attn.v_proj.weight`, [keyValue, hidden]],
      [`${at}self_attn.v_proj.bias`, [keyValue]],
      [`${at}self_attn.o_proj.weight`, [hidden, hidden]],
      [`${at}post_attention_layernorm.weight`, [hidden]],
      [`${at}mlp.gate_proj.weight`, [intermediate, hidden]],
      [`${at}mlp.up_proj.weight`, [intermediate, hidden]],
      [`${at}mlp.down_proj.weight`, [hidden, intermediate]],
    ];
  };
  return [
    ['model.embed_tokens.weight', [config.vocab_size, hidden]],
    ...Array.from({ length: config.num_hidden_layers }, (_, i) => layer(i)).flat(),
    ['model.norm.weight', [hidden]],
  ];
}

/** A model folder of that shape with random weights, half floats: what is measured does not depend on their values. */
export function writeShapeModel(folder: string, tokenizer: string, config = QWEN_05B): void {
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']) {
    copyFileSync(join(tokenizer, file), join(folder, file));
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const all = tensors(config);
  const elements = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
  let at = 0;
  const entries = all.map(([name, shape]) => {
    const begin = at;
    at += elements(shape) * 2;
    return [name, { dtype: 'F16', shape, data_offsets: [begin, at] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(join(folder, 'model.safetensors'), 'w');
  writeSync(file, length);
  writeSync(file, header);
  const noise = Float16Array.from({ length: 1 << 20 }, (_, i) => Math.sin(i * 12.9898) * 0.05);
  for (const [name, shape] of all) writeTensor(file, elements(shape), name.includes('norm') ? null : noise);
  closeSync(file);
}

/** Null: ones. */
function writeTensor(file: number, elements: number, noise: Float16Array | null): void {
  const values = noise ?? new Float16Array(elements).fill(1);
  for (let done = 0; done < elements; ) {
    const part = values.subarray(0, Math.min(values.length, elements - done));
    writeSync(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    done += part.length;
  }
}
