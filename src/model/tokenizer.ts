import { join } from 'node:path';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { TenonError } from '../errors.ts';
import { takeLeadingSpace, withLeadingSpace } from './leading-space.ts';
import { isObject, type JsonObject, readJsonObject } from './read-json.ts';
import { tokenBytes } from './token-bytes.ts';

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
  /** Text that goes on from other text: no space is put before it. */
  encodeContinuation(text: string): readonly number[];
  /** Splits at added tokens first: for what a chat template wrote. `clean` is applied to the text between. */
  encodeMarkup(text: string, clean?: (text: string) => string): readonly number[];
  /** What each token of the vocabulary writes; null for special and unused ones. */
  readonly bytes: readonly (Uint8Array | null)[];
  /**
   * Text of `tokens`, a space that `encodeText` put before it included; special ones write nothing, bytes that are
   * not UTF-8 become U+FFFD.
   */
  decode(tokens: readonly number[]): string;
}

/** Reads tokenizer.json. `vocabulary` is the number of logits; ids past it are refused. */
export function loadTokenizer(folder: string, vocabulary: number): Tokenizer {
  const { json, leading } = takeLeadingSpace(readJsonObject(join(folder, 'tokenizer.json')));
  // A special token past the logits (an image's, in a text decoder's vocabulary) is never written nor read.
  const all = addedTokens(json).filter(({ id }) => id < vocabulary);
  const isText = ({ special, content }: AddedToken) => !special && /^[\s▁]+$/.test(content);
  const added = all.filter((token) => !isText(token)).sort((a, b) => b.content.length - a.content.length);
  const plain = plainTokenizer(json, all.filter(isText));
  const bytes = tokenBytes(json, all, vocabulary);
  const decode = (tokens: readonly number[]) =>
    new TextDecoder().decode(Buffer.concat(tokens.map((id) => bytes[id] ?? new Uint8Array())));

  const ids = new Map(added.map(({ content, id }) => [content, id]));
  const splitter =
    added.length > 0 ? new RegExp(`(${added.map(({ content }) => escapeRegExp(content)).join('|')})`) : /$^/;
  const encodeContinuation = (text: string): readonly number[] =>
    // What a tokenizer without byte fallback has no token for has no id either.
    text === '' ? [] : plain.encode(text, { add_special_tokens: false }).ids.filter(Number.isInteger);
  checkFaithful((text) => decode(encodeContinuation(text)));
  const encodeText = (text: string) =>
    text === '' ? [] : encodeContinuation(withLeadingSpace(text, leading));
  return {
    added,
    bytes,
    encodeText,
    encodeContinuation,
    encodeMarkup: (text, clean = (part) => part) =>
      text.split(splitter).flatMap((part) => {
        const id = ids.get(part);
        return id === undefined ? encodeText(clean(part)) : [id];
      }),
    decode,
  };
}

const SAMPLE = '{"Name": "a B  c", "list": [-1, 2.5e3]}\n';

/** What is written must be what was read, or no grammar could be kept. Throws `model_unsupported`, `model_invalid`. */
function checkFaithful(readAndWrite: (text: string) => string): void {
  let written: string;
  try {
    written = readAndWrite(SAMPLE);
  } catch (cause) {
    throw unusable(cause);
  }
  if (written !== SAMPLE)
    throw new TenonError('model_unsupported', { feature: 'a tokenizer that changes what it reads' });
}

function unusable(cause: unknown): TenonError {
  const reason = 'the tokenizer cannot be built from it';
  return new TenonError('model_invalid', { file: 'tokenizer.json', reason }, { cause });
}

/** Without added tokens, but for those that are white space: as much text as any other. */
function plainTokenizer(json: JsonObject, added: readonly AddedToken[]): HubTokenizer {
  const spaces = new Set(added.map(({ id }) => id));
  const entries = Array.isArray(json.added_tokens) ? json.added_tokens.filter(isObject) : [];
  try {
    return new HubTokenizer(
      { ...json, added_tokens: entries.filter(({ id }) => typeof id === 'number' && spaces.has(id)) },
      {},
    );
  } catch (cause) {
    throw unusable(cause);
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function addedTokens(json: JsonObject): AddedToken[] {
  const entries = Array.isArray(json.added_tokens) ? json.added_tokens.filter(isObject) : [];
  return entries.flatMap(({ id, content, special }) =>
    Number.isInteger(id) && Number(id) >= 0 && typeof content === 'string' && content !== ''
      ? [{ id: Number(id), content, special: special === true }]
      : [],
  );
}
