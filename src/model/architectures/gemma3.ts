import { flag, member, only, positive, size, unsupported } from '../config-fields.ts';
import type { JsonObject } from '../read-json.ts';
import { rotaryFrom, rotaryOf } from '../rotary-config.ts';
import type { Rotary } from '../types.ts';
import { type Architecture, plain } from './architecture.ts';
import { localLayers } from './layer-types.ts';

/**
 * Gemma 3's text decoder (Gemma team 2025): norms around every block and on queries and keys, scaled embeddings,
 * and local layers, with rotary frequencies of their own, between the global ones.
 */
export const gemma3: Architecture = {
  name: 'gemma3',
  className: 'Gemma3ForCausalLM',
  defaults: {
    vocab_size: 262_208,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 131_072,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    rope_theta: 1_000_000,
    rope_local_base_freq: 10_000,
    query_pre_attn_scalar: 256,
    sliding_window: 4096,
    sliding_window_pattern: 6,
    eos_token_id: 1,
  },
  traits(json, { layers, headDim }) {
    only(json, 'hidden_activation', 'gelu_pytorch_tanh');
    only(json, 'attn_logit_softcapping');
    only(json, 'final_logit_softcapping');
    if (flag(json, 'use_bidirectional_attention')) throw unsupported('use_bidirectional_attention');
    if (flag(json, 'attention_bias')) throw unsupported('attention_bias in Gemma 3');
    const window = size(json, 'sliding_window');
    const pattern = size(json, 'sliding_window_pattern');
    const { local, global } = rotaries(json);
    const isLocal = localLayers(json, layers, (layer) => (layer + 1) % pattern !== 0);
    const attention = isLocal.map((yes) =>
      yes ? { window, rotary: local } : { window: null, rotary: global },
    );
    return {
      ...plain(headDim, attention),
      queryKeyNorm: true,
      norms: 'around',
      normOffset: 1,
      activation: 'gelu_tanh',
      embeddingScale: Math.sqrt(size(json, 'hidden_size')),
      scoreScale: positive(json, 'query_pre_attn_scalar') ** -0.5,
    };
  },
};

function rotaries(json: JsonObject): { readonly local: Rotary; readonly global: Rotary } {
  const parameters = member(json, 'rope_parameters');
  const local = parameters && member(parameters, 'sliding_attention');
  const global = parameters && member(parameters, 'full_attention');
  if (local && global) return { local: rotaryFrom(local, json), global: rotaryFrom(global, json) };
  return { local: { theta: positive(json, 'rope_local_base_freq'), scaling: null }, global: rotaryOf(json) };
}
