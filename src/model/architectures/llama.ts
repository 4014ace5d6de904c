import { flag, only } from '../config-fields.ts';
import { rotaryOf } from '../rotary-config.ts';
import { type Architecture, everyLayer, plain } from './architecture.ts';

/** Llama 2 and 3, SmolLM2, TinyLlama (Touvron et al. 2023; Grattafiori et al. 2024). */
export const llama: Architecture = {
  name: 'llama',
  className: 'LlamaForCausalLM',
  defaults: { rms_norm_eps: 1e-6, rope_theta: 10_000, tie_word_embeddings: false },
  traits(json, { layers, headDim }) {
    only(json, 'hidden_act', 'silu');
    const attention = flag(json, 'attention_bias') ? ['q_proj', 'k_proj', 'v_proj', 'o_proj'] : [];
    const mlp = flag(json, 'mlp_bias') ? ['gate_proj', 'up_proj', 'down_proj'] : [];
    return {
      ...plain(headDim, everyLayer(layers, null, rotaryOf(json))),
      biased: [...attention, ...mlp],
    };
  },
};
