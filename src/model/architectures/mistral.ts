import { only, size } from '../config-fields.ts';
import { rotaryOf } from '../rotary-config.ts';
import { type Architecture, everyLayer, plain } from './architecture.ts';

/** Mistral 7B and what keeps its shape (Jiang et al. 2023): a Llama that may see a window only. */
export const mistral: Architecture = {
  name: 'mistral',
  className: 'MistralForCausalLM',
  defaults: { rms_norm_eps: 1e-6, rope_theta: 10_000, tie_word_embeddings: false, sliding_window: 4096 },
  traits(json, { layers, headDim }) {
    only(json, 'hidden_act', 'silu');
    const window = json.sliding_window === null ? null : size(json, 'sliding_window');
    return plain(headDim, everyLayer(layers, window, rotaryOf(json)));
  },
};
