import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TenonError } from '../../errors.ts';
import { isObject, type JsonObject, readJsonObject } from '../read-json.ts';
import { bool, type GgufMetadata, int32s, string, strings, uint32 } from './metadata.ts';
import { preTokenizerName } from './pre-tokenizer.ts';

/** `llama_token_type`. */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

/**
 * tokenizer.json as llama.cpp reads it: a byte-level BPE (`gpt2`), whose words are split by one of the patterns it
 * knows. Throws `export_unsupported` for another kind of tokenizer.
 */
export function tokenizerMetadata(folder: string, vocabulary: number): GgufMetadata {
  const json = readJsonObject(join(folder, 'tokenizer.json'));
  const model = json.model;
  if (
    !isObject(model) ||
    model.type !== 'BPE' ||
    !JSON.stringify(json.pre_tokenizer).includes('"ByteLevel"')
  ) {
    throw new TenonError('export_unsupported', { feature: 'a tokenizer that is no byte-level BPE' });
  }
  const tokens = Array.from({ length: vocabulary }, (_, id) => `[PAD${id}]`);
  const types = Array.from({ length: vocabulary }, () => UNUSED);
  for (const [token, id] of Object.entries(isObject(model.vocab) ? model.vocab : {})) {
    tokens[Number(id)] = token;
    types[Number(id)] = NORMAL;
  }
  for (const { id, content, special } of objects(json.added_tokens)) {
    tokens[Number(id)] = String(content);
    types[Number(id)] = special === true ? CONTROL : USER_DEFINED;
  }
  return {
    'tokenizer.ggml.model': string('gpt2'),
    'tokenizer.ggml.pre': string(preTokenizerName(json.pre_tokenizer)),
    'tokenizer.ggml.tokens': strings(tokens),
    'tokenizer.ggml.token_type': int32s(types),
    'tokenizer.ggml.merges': strings(merges(model.merges)),
    ...specialTokens(folder),
    ...chatTemplate(folder),
  };
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
