import { TenonError } from '../errors.ts';
import { isObject, type JsonObject } from './read-json.ts';
import type { AddedToken } from './tokenizer.ts';

/**
 * What each token of the vocabulary writes: `bytes[id]`, null for special and unused ones. Throws
 * `model_unsupported` for tokenizers whose tokens do not stand for bytes, and `model_invalid` where an id is none.
 */
export function tokenBytes(
  json: JsonObject,
  added: readonly AddedToken[],
  vocabulary: number,
): readonly (Uint8Array | null)[] {
  const toBytes = alphabetOf(json);
  const bytes: (Uint8Array | null)[] = Array.from({ length: vocabulary }, () => null);
  for (const [token, id] of vocabularyEntries(json)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) throw invalid(`${token} has no valid id`);
    if (id >= vocabulary) throw invalid(`it has a token past the model's vocabulary of ${vocabulary}`);
    bytes[id] = isUnknown(json, token) ? null : toBytes(token);
  }
  for (const { id, content, special } of added) bytes[id] = special ? null : toBytes(content, true);
  return bytes;
}

/** What a token of the model, or an added one, stands for. */
type ToBytes = (token: string, added?: boolean) => Uint8Array | null;

function alphabetOf(json: JsonObject): ToBytes {
  const { normalizer, pre_tokenizer, decoder, model } = json;
  // However deep the step stands.
  const steps = JSON.stringify([normalizer, pre_tokenizer, decoder]);
  const utf8 = (text: string) => new TextEncoder().encode(text);
  if (steps.includes('"ByteLevel"'))
    return (token, added) => byteLevelBytes(token) ?? (added ? utf8(token) : null);
  if (!steps.includes('▁') && !steps.includes('"Metaspace"'))
    throw unsupported('a tokenizer that is neither byte-level nor SentencePiece');
  const fallback = isObject(model) && model.byte_fallback === true;
  return (token) => (fallback ? fallbackByte(token) : null) ?? utf8(token.replaceAll('▁', ' '));
}

/**
 * Byte-level BPE writes each byte as one printable character (Radford et al. 2019, `bytes_to_unicode`):
 * printable Latin-1 stands for itself, the rest for U+0100 onwards in order.
 */
const BYTE_OF = new Map<string, number>();
let next = 0x100;
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  BYTE_OF.set(String.fromCharCode(printable ? byte : next++), byte);
}

/** The bytes a byte-level token stands for, or null where it has a character outside the alphabet. */
function byteLevelBytes(token: string): Uint8Array | null {
  const bytes = Array.from(token, (character) => BYTE_OF.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null;
}

/** SentencePiece writes what it has no token for as bytes: `<0x0A>`. */
function fallbackByte(token: string): Uint8Array | null {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token);
  return byte ? Uint8Array.of(Number.parseInt(byte[1]!, 16)) : null;
}

function vocabularyEntries(json: JsonObject): [string, unknown][] {
  const vocab = isObject(json.model) ? json.model.vocab : undefined;
  if (isObject(vocab)) return Object.entries(vocab);
  throw unsupported('a tokenizer whose vocabulary is not a map (BPE)');
}

/** What stands for text that has no tokens is no text. */
function isUnknown(json: JsonObject, token: string): boolean {
  return isObject(json.model) && json.model.unk_token === token;
}

function invalid(reason: string): TenonError {
  return new TenonError('model_invalid', { file: 'tokenizer.json', reason });
}

function unsupported(feature: string): TenonError {
  return new TenonError('model_unsupported', { feature });
}
