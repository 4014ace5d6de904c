import { flag, only, size } from '../config-fields.ts';
import type { JsonObject } from '../read-json.ts';
import { rotaryOf } from '../rotary-config.ts';
import type { LayerAttention } from '../types.ts';
import { type Architecture, plain } from './architecture.ts';
import { localLayers } from './layer-types.ts';

/** Qwen2 and Qwen2.5 (Yang et al. 2024): a Llama with a bias on queries, keys and values. */
export const qwen2: Architecture = {
  name: 'qwen2',
  className: 'Qwen2ForCausalLM',
  defaults: {
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    tie_word_embeddings: false,
    sliding_window: 4096,
    max_window_layers: 28,
  },
  traits(json, { layers, headDim }) {
    only(json, 'hidden_act', 'silu');
    return { ...plain(headDim, qwenAttention(json, layers)), biased: ['q_proj', 'k_proj', 'v_proj'] };
  },
};

/** Where windows are used at all, the layers above `max_window_layers` have one. */
export function qwenAttention(json: JsonObject, layers: number): readonly LayerAttention[] {
  const rotary = rotaryOf(json);
  const windowed = flag(json, 'use_sliding_window') && json.sliding_window !== null;
  const local = localLayers(json, layers, (layer) => layer >= Number(json.max_window_layers));
  return local.map((isLocal) => ({
    window: windowed && isLocal ? size(json, 'sliding_window') : null,
    rotary,
  }));
}
