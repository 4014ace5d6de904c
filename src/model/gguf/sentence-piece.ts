import { takeLeadingSpace } from '../leading-space.ts';
import type { JsonObject } from '../read-json.ts';
import { bool, float32s, type GgufMetadata, string } from './metadata.ts';

/** After any token that a merge makes. */
const NEVER_MERGED = 1e9;

/** Whether spaces are written `▁` and what has no token falls back to bytes: SentencePiece's BPE. */
export function isSentencePiece({ normalizer, pre_tokenizer, decoder }: JsonObject): boolean {
  const steps = JSON.stringify([normalizer, pre_tokenizer, decoder]);
  return steps.includes('"ByteFallback"') && (steps.includes('▁') || steps.includes('"Metaspace"'));
}

/**
 * SentencePiece's BPE as llama.cpp has it (`llama`): not merges but a score for each token; of two neighbours the pair
 * that makes the token of the highest score is joined first. tokenizer.json has the merges in the order of those
 * scores, so that the place of the first merge that makes a token will do.
 */
export function sentencePieceMetadata(
  json: JsonObject,
  tokens: readonly string[],
  merges: readonly string[],
): GgufMetadata {
  const places = new Map<string, number>();
  merges.forEach((merge, place) => {
    const made = merge.replace(' ', '');
    if (!places.has(made)) places.set(made, place);
  });
  return {
    'tokenizer.ggml.model': string('llama'),
    'tokenizer.ggml.pre': string('default'),
    'tokenizer.ggml.scores': float32s(tokens.map((token) => -(places.get(token) ?? NEVER_MERGED))),
    // Before every text between special tokens, also one that begins with a space: see docs/models.md.
    'tokenizer.ggml.add_space_prefix': bool(takeLeadingSpace(json).leading !== 'never'),
  };
}
