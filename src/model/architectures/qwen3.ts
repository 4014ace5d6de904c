import { flag, only } from '../config-fields.ts';
import { type Architecture, plain } from './architecture.ts';
import { qwen2, qwenAttention } from './qwen2.ts';

/** Qwen3 (Yang et al. 2025): normalized queries and keys instead of Qwen2's bias, heads of a size of their own. */
export const qwen3: Architecture = {
  name: 'qwen3',
  className: 'Qwen3ForCausalLM',
  defaults: { ...qwen2.defaults, head_dim: 128 },
  traits(json, { layers, headDim }) {
    only(json, 'hidden_act', 'silu');
    return {
      ...plain(headDim, qwenAttention(json, layers)),
      queryKeyNorm: true,
      biased: flag(json, 'attention_bias') ? ['q_proj', 'k_proj', 'v_proj', 'o_proj'] : [],
    };
  },
};
