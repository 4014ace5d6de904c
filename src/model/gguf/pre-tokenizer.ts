import { isObject } from '../read-json.ts';

/**
 * llama.cpp knows the patterns that split text into words by name (`tokenizer.ggml.pre`). Those of tokenizer.json
 * files that it has a name for, in full: a pattern that is nearly one of them is not one of them.
 */
const PATTERNS: Readonly<Record<string, string>> = {
  // Llama 3 and those who took its pattern: up to three digits.
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+":
    'llama-bpe',
  // Qwen 2, 2.5 and 3: single digits.
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+":
    'qwen2',
};

/**
 * llama.cpp's name for the pre-tokenizer of a tokenizer.json, or `default` where it has none: punctuation apart, then
 * words, numbers, white space. That gives the same tokens wherever no merge of the vocabulary joins what it parts and
 * it parts nothing that a merge joins; so it is with the embedded model's vocabulary.
 */
export function preTokenizerName(preTokenizer: unknown): string {
  const steps = stepsOf(preTokenizer);
  const patterns = steps.map(({ pattern }) => (isObject(pattern) ? String(pattern.Regex) : null));
  for (const pattern of patterns) if (pattern !== null) return PATTERNS[pattern] ?? 'default';
  // SmolLM parts digits, then splits as GPT-2 did, whose pattern the ByteLevel step has within.
  if (steps.some(({ type }) => type === 'Digits')) return 'smollm';
  return 'gpt-2';
}

function stepsOf(value: unknown): readonly Record<string, unknown>[] {
  if (!isObject(value)) return [];
  return Array.isArray(value.pretokenizers) ? value.pretokenizers.filter(isObject) : [value];
}
