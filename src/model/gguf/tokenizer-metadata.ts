import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TenonError } from '../../errors.ts';
import { isObject, type JsonObject, readJsonObject } from '../read-json.ts';
import { bool, type GgufMetadata, int32s, string, strings, uint32 } from './metadata.ts';
import { preTokenizerName } from './pre-tokenizer.ts';
import { isSentencePiece, sentencePieceMetadata } from './sentence-piece.ts';

/** `llama_token_type`. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;
const BYTE = 6;

/**
 * tokenizer.json as llama.cpp reads it: a byte-level BPE (`gpt2`), whose words are split by one of the patterns it
 * knows, or SentencePiece's. Throws `export_unsupported` for another kind of tokenizer.
 */
export function tokenizerMetadata(folder: string, vocabulary: number): GgufMetadata {
  const json = readJsonObject(join(folder, 'tokenizer.json'));
  const model = json.model;
  const pieces = isSentencePiece(json);
  const byteLevel = JSON.stringify(json.pre_tokenizer ?? null).includes('"ByteLevel"');
  if (!isObject(model) || model.type !== 'BPE' || (!byteLevel && !pieces)) {
    const feature = 'a tokenizer that is neither byte-level BPE nor SentencePiece’s';
    throw new TenonError('export_unsupported', { feature });
  }
  const tokens = Array.from({ length: vocabulary }, (_, id) => `[PAD${id}]`);
  const types = Array.from({ length: vocabulary }, () => UNUSED);
  for (const [token, id] of Object.entries(isObject(model.vocab) ? model.vocab : {})) {
    tokens[Number(id)] = token;
    types[Number(id)] = pieces ? pieceType(token, model) : NORMAL;
  }
  for (const { id, content, special } of objects(json.added_tokens)) {
    // One past the logits is never written nor read.
    if (Number(id) >= vocabulary) continue;
    tokens[Number(id)] = String(content);
    // Runs of spaces are added tokens of Gemma's, and made by merges all the same.
    const made = types[Number(id)] === NORMAL && String(content).includes('▁');
    if (!made) types[Number(id)] = addedType(special === true, types[Number(id)] === UNKNOWN);
  }
  const kind = pieces
    ? sentencePieceMetadata(json, tokens, merges(model.merges))
    : {
        'tokenizer.ggml.model': string('gpt2'),
        'tokenizer.ggml.pre': string(preTokenizerName(json.pre_tokenizer)),
        'tokenizer.ggml.merges': strings(merges(model.merges)),
      };
  return {
    ...kind,
    'tokenizer.ggml.tokens': strings(tokens),
    'tokenizer.ggml.token_type': int32s(types),
    ...specialTokens(folder),
    ...chatTemplate(folder),
  };
}

function addedType(special: boolean, unknown: boolean): number {
  if (unknown) return UNKNOWN;
  return special ? CONTROL : USER_DEFINED;
}

function pieceType(token: string, model: JsonObject): number {
  if (token === model.unk_token) return UNKNOWN;
  return model.byte_fallback === true && /^<0x[0-9A-F]{2}>$/.test(token) ? BYTE : NORMAL;
}

/** Pairs, in older files written as one string with a space between. */
function merges(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.map((pair) => (Array.isArray(pair) ? pair.join(' ') : String(pair)))
    : [];
}

function specialTokens(folder: string): GgufMetadata {
  const config = readJsonObject(join(folder, 'config.json'));
  const tokenizer = readJsonObject(join(folder, 'tokenizer_config.json'));
  const entries: Record<string, GgufMetadata[string]> = {};
  for (const [name, key] of [
    ['bos_token_id', 'tokenizer.ggml.bos_token_id'],
    ['eos_token_id', 'tokenizer.ggml.eos_token_id'],
    ['pad_token_id', 'tokenizer.ggml.padding_token_id'],
  ] as const) {
    const [id] = [config[name]].flat();
    if (typeof id === 'number' && id >= 0) entries[key] = uint32(id);
  }
  entries['tokenizer.ggml.add_bos_token'] = bool(tokenizer.add_bos_token === true);
  return entries;
}

function chatTemplate(folder: string): GgufMetadata {
  const path = join(folder, 'chat_template.jinja');
  const inConfig = readJsonObject(join(folder, 'tokenizer_config.json')).chat_template;
  const template = existsSync(path) ? readFileSync(path, 'utf8') : inConfig;
  return typeof template === 'string' ? { 'tokenizer.chat_template': string(template) } : {};
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
