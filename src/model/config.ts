import { ARCHITECTURE_OF, type Architecture } from './architectures/index.ts';
import { invalid, member, positive, size, unsupported } from './config-fields.ts';
import type { JsonObject } from './read-json.ts';
import type { DecoderConfig } from './types.ts';

/**
 * Reads a Hugging Face config.json, and `generation_config.json` for the tokens that end an answer. Throws
 * `model_unsupported` for what the decoder graph does not do, by name, and `model_invalid` for sizes that are
 * missing or make no sense.
 */
export function decoderConfig(file: JsonObject, generation: JsonObject = {}): DecoderConfig {
  const given = textConfig(file);
  const architecture = architectureOf(given);
  const json: JsonObject = { ...architecture.defaults, ...given };
  if ((json.quantization_config ?? null) !== null) throw unsupported('quantization_config');
  if ((json.partial_rotary_factor ?? 1) !== 1) throw unsupported('partial_rotary_factor');
  const hidden = size(json, 'hidden_size');
  const layers = size(json, 'num_hidden_layers');
  const heads = size(json, 'num_attention_heads');
  const kvHeads = (json.num_key_value_heads ?? null) === null ? heads : size(json, 'num_key_value_heads');
  const headDim = (json.head_dim ?? null) === null ? hidden / heads : size(json, 'head_dim');
  const vocabulary = size(json, 'vocab_size');
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    throw invalid(`head size ${headDim} is not an even integer`);
  if (heads % kvHeads !== 0) throw invalid('num_key_value_heads does not divide num_attention_heads');
  if (layers > MAX_LAYERS) throw invalid(`num_hidden_layers is more than ${MAX_LAYERS}`);
  return {
    architecture: architecture.name,
    hidden,
    intermediate: size(json, 'intermediate_size'),
    layers,
    heads,
    kvHeads,
    headDim,
    vocabulary,
    context: size(json, 'max_position_embeddings'),
    normEpsilon: positive(json, 'rms_norm_eps'),
    tiedEmbeddings: json.tie_word_embeddings === true,
    eos: endTokens([json, file, generation], vocabulary),
    ...architecture.traits(json, { layers, headDim }),
  };
}

/** No decoder has as many; each is some nodes of the graph, whatever its weights. */
const MAX_LAYERS = 1024;

/** A model that also sees carries its text decoder's configuration inside its own. */
function textConfig(file: JsonObject): JsonObject {
  if (file.model_type !== 'gemma3') return file;
  const text = member(file, 'text_config');
  if (!text) throw invalid('text_config is missing');
  return { model_type: 'gemma3_text', ...text };
}

function architectureOf(json: JsonObject): Architecture {
  const type = json.model_type;
  const found = typeof type === 'string' ? ARCHITECTURE_OF.get(type) : undefined;
  if (!found) throw unsupported(`model_type ${JSON.stringify(type) ?? '(none)'}`);
  const classes = json.architectures ?? null;
  // A classifier has a decoder's tensors, and a head of its own.
  if (Array.isArray(classes) && !classes.includes(found.className))
    throw unsupported(`architecture ${JSON.stringify(classes[0])}`);
  return found;
}

/** Of both files: one token ends the text, another the turn. */
function endTokens(sources: readonly JsonObject[], vocabulary: number): readonly number[] {
  const ids = sources.flatMap((json) => json.eos_token_id ?? []);
  const right = (id: unknown): id is number =>
    Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabulary;
  if (ids.length > 0 && ids.every(right)) return [...new Set(ids)];
  throw invalid('eos_token_id is neither a token nor a list of tokens of the vocabulary');
}
