import { join } from 'node:path';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { TenonError } from '../errors.ts';
import { byteLevelBytes, sentencePieceBytes } from './byte-alphabet.ts';
import { isObject, type JsonObject, readJsonObject } from './read-json.ts';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** Text ↔ tokens, with text from outside kept apart from text that may hold special tokens. */
export interface Tokenizer {
  /** Tokens that stand outside the text model: `<call>`, `<|im_end|>`. Longest first. */
  readonly added: readonly AddedToken[];
  /** Text is only text: a literal `<call>` in it becomes ordinary tokens. */
  encodeText(text: string): readonly number[];
  /** Splits at added tokens first: for what a chat template wrote. `clean` is applied to the text between. */
  encodeMarkup(text: string, clean?: (text: string) => string): readonly number[];
  /** What each token of the vocabulary writes; null for special and unused ones. */
  readonly bytes: readonly (Uint8Array | null)[];
  /** Text of `tokens`; special ones write nothing, bytes that are not UTF-8 become U+FFFD. */
  decode(tokens: readonly number[]): string;
}

/** Reads tokenizer.json. `vocabulary` is the number of logits; ids past it are refused. */
export function loadTokenizer(folder: string, vocabulary: number): Tokenizer {
  const json = readJsonObject(join(folder, 'tokenizer.json'));
  const invalid = (reason: string, cause?: unknown) =>
    new TenonError('model_invalid', { file: 'tokenizer.json', reason }, { cause });
  let plain: HubTokenizer;
  try {
    plain = new HubTokenizer({ ...json, added_tokens: [] }, {});
  } catch (cause) {
    throw invalid('the tokenizer cannot be built from it', cause);
  }
  const added = addedTokens(json).sort((a, b) => b.content.length - a.content.length);
  const bytes = tokenBytes(json, added, vocabulary);
  if (!bytes) throw invalid(`it has a token past the model's vocabulary of ${vocabulary}`);

  const ids = new Map(added.map(({ content, id }) => [content, id]));
  const splitter =
    added.length > 0 ? new RegExp(`(${added.map(({ content }) => escapeRegExp(content)).join('|')})`) : /$^/;
  const encodeText = (text: string): readonly number[] =>
    text === '' ? [] : plain.encode(text, { add_special_tokens: false }).ids;
  return {
    added,
    bytes,
    encodeText,
    encodeMarkup: (text, clean = (part) => part) =>
      text.split(splitter).flatMap((part) => {
        const id = ids.get(part);
        return id === undefined ? encodeText(clean(part)) : [id];
      }),
    decode: (tokens) =>
      new TextDecoder().decode(Buffer.concat(tokens.map((id) => bytes[id] ?? new Uint8Array()))),
  };
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function addedTokens(json: JsonObject): AddedToken[] {
  const entries = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  return entries
    .filter(isObject)
    .filter(({ id, content }) => typeof id === 'number' && typeof content === 'string' && content !== '')
    .map(({ id, content, special }) => ({
      id: id as number,
      content: content as string,
      special: special === true,
    }));
}

function tokenBytes(
  json: JsonObject,
  added: readonly AddedToken[],
  vocabulary: number,
): readonly (Uint8Array | null)[] | null {
  const toBytes = usesByteLevel(json) ? byteLevelBytes : sentencePieceBytes;
  const bytes: (Uint8Array | null)[] = Array.from({ length: vocabulary }, () => null);
  const inRange = (id: number) => Number.isInteger(id) && id >= 0 && id < vocabulary;
  for (const [token, id] of vocabularyEntries(json)) {
    if (!inRange(id)) return null;
    bytes[id] = toBytes(token);
  }
  for (const { id, content, special } of added) {
    if (!inRange(id)) return null;
    bytes[id] = special ? null : new TextEncoder().encode(content);
  }
  return bytes;
}

function vocabularyEntries(json: JsonObject): [string, number][] {
  const vocab = isObject(json.model) ? json.model.vocab : undefined;
  if (isObject(vocab)) return Object.entries(vocab).map(([token, id]) => [token, Number(id)]);
  throw new TenonError('model_unsupported', { feature: 'a tokenizer whose vocabulary is not a map (BPE)' });
}

/** True where tokens are written in the byte alphabet, however deep the ByteLevel step stands. */
function usesByteLevel(json: JsonObject): boolean {
  return JSON.stringify([json.pre_tokenizer, json.decoder]).includes('"ByteLevel"');
}
