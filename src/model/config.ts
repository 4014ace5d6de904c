import { TenonError } from '../errors.ts';
import type { JsonObject } from './read-json.ts';
import type { DecoderConfig } from './types.ts';

/**
 * Reads a Hugging Face config.json. Throws `model_unsupported` for what the decoder graph does not do, by
 * name, and `model_invalid` for sizes that are missing or make no sense.
 */
export function decoderConfig(json: JsonObject): DecoderConfig {
  refuseUnsupported(json);
  const hidden = size(json, 'hidden_size');
  const heads = size(json, 'num_attention_heads');
  const config: DecoderConfig = {
    architecture: 'llama',
    hidden,
    intermediate: size(json, 'intermediate_size'),
    layers: size(json, 'num_hidden_layers'),
    heads,
    kvHeads: json.num_key_value_heads === undefined ? heads : size(json, 'num_key_value_heads'),
    headDim: json.head_dim === undefined || json.head_dim === null ? hidden / heads : size(json, 'head_dim'),
    vocabulary: size(json, 'vocab_size'),
    context: size(json, 'max_position_embeddings'),
    normEpsilon: number(json, 'rms_norm_eps', 1e-6),
    ropeTheta: number(json, 'rope_theta', 10_000),
    tiedEmbeddings: json.tie_word_embeddings === true,
    eos: endTokens(json),
  };
  if (!Number.isInteger(config.headDim) || config.headDim % 2 !== 0) {
    throw invalid(`head size ${config.headDim} is not an even integer`);
  }
  if (heads % config.kvHeads !== 0) throw invalid('num_key_value_heads does not divide num_attention_heads');
  return config;
}

function refuseUnsupported(json: JsonObject): void {
  const refuse = (feature: string) => {
    throw new TenonError('model_unsupported', { feature });
  };
  if (json.model_type !== 'llama') refuse(`model_type ${JSON.stringify(json.model_type)}`);
  if (json.hidden_act !== undefined && json.hidden_act !== 'silu') refuse(`hidden_act ${json.hidden_act}`);
  if (json.rope_scaling !== undefined && json.rope_scaling !== null) refuse('rope_scaling');
  if (json.attention_bias === true) refuse('attention_bias');
  if (json.mlp_bias === true) refuse('mlp_bias');
  if (json.quantization_config !== undefined) refuse('quantization_config');
}

/** Large enough for any model, small enough that a product of two stays exact. */
const MAX_SIZE = 1 << 24;

function size(json: JsonObject, key: string): number {
  const value = json[key];
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_SIZE) return value;
  throw invalid(`${key} is not a positive integer`);
}

function number(json: JsonObject, key: string, fallback: number): number {
  const value = json[key] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw invalid(`${key} is not a positive number`);
}

function endTokens(json: JsonObject): readonly number[] {
  const ids = [json.eos_token_id].flat();
  if (ids.every((id): id is number => Number.isInteger(id) && Number(id) >= 0)) return ids;
  throw invalid('eos_token_id is neither a token nor a list of tokens');
}

function invalid(reason: string): TenonError {
  return new TenonError('model_invalid', { file: 'config.json', reason });
}
