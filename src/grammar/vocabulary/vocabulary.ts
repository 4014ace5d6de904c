import type { Vocabulary } from '../types.ts';
import { Merged, tokensAt } from './merged.ts';
import { Trie } from './trie.ts';

const built = new WeakMap<Vocabulary, TokenTable>();

/** A tokenizer's vocabulary. `bytes[id]` is null for a token that is never text (special, unused). */
export function createVocabulary(bytes: readonly (Uint8Array | null)[], eos: readonly number[]): Vocabulary {
  const vocabulary: Vocabulary = Object.freeze({ size: bytes.length, eos: Object.freeze([...eos]) });
  built.set(vocabulary, new TokenTable(bytes, eos));
  return vocabulary;
}

export function tableOf(vocabulary: Vocabulary): TokenTable {
  const table = built.get(vocabulary);
  if (table === undefined) throw new TypeError('A vocabulary is made by createVocabulary.');
  return table;
}

/** Code points of a token that may stand in a JSON string as it is; -1 where some byte may not. */
function plainLength(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return -1;
    count++;
    if (byte < 0x80) continue;
    // U+2028 and 2029 are not matched by `.`, so they are left to the automata, as is all that is not whole UTF-8.
    const more =
      byte >= 0xc2 && byte <= 0xdf
        ? 1
        : byte >= 0xe1 && byte <= 0xec && byte !== 0xe2
          ? 2
          : byte === 0xe2 && text.charCodeAt(i + 1) !== 0x80
            ? 2
            : byte >= 0xf1 && byte <= 0xf3
              ? 3
              : 0;
    if (more === 0) return -1;
    for (let k = 1; k <= more; k++) if ((text.charCodeAt(i + k) & 0xc0) !== 0x80) return -1;
    i += more;
  }
  return count;
}

function spaceNodes(trie: Trie): readonly number[] {
  const nodes = [0];
  for (const node of nodes) {
    for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!) {
      const byte = trie.byte[child]!;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) nodes.push(child);
    }
  }
  return nodes;
}

/** The tokens, arranged for masking: all of them, those that are plain text in a string by length, and the others. */
export class TokenTable {
  readonly size: number;
  readonly words: number;
  readonly eos: readonly number[];
  readonly bytes: readonly (Uint8Array | null)[];
  readonly all: Trie;
  /** Tokens with a quotation mark, a backslash, a control character, or part of a character. */
  readonly special: Trie;
  private readonly plainByLength: (readonly number[])[];
  readonly longest: number;
  readonly root: Merged;
  readonly specialRoot: Merged;
  /** The empty text and every text of white space alone, as one; and the tokens that are nothing else. */
  readonly spaces: Merged;
  readonly spaceTokens: readonly number[];
  private readonly masks = new Map<number, Uint32Array>();

  constructor(bytes: readonly (Uint8Array | null)[], eos: readonly number[]) {
    this.size = bytes.length;
    this.words = (bytes.length + 31) >> 5;
    this.eos = eos;
    this.bytes = bytes;
    const ids: number[] = [];
    const texts: string[] = [];
    const specialIds: number[] = [];
    const specialTexts: string[] = [];
    const byLength: number[][] = [];
    const ends = new Set(eos);
    const parts: string[] = [];
    bytes.forEach((token, id) => {
      if (token === null || token.length === 0 || ends.has(id)) return;
      parts.length = 0;
      for (let i = 0; i < token.length; i += 4096)
        parts.push(String.fromCharCode(...token.subarray(i, i + 4096)));
      const text = parts.length === 1 ? parts[0]! : parts.join('');
      ids.push(id);
      texts.push(text);
      const length = plainLength(text);
      if (length < 0) {
        specialIds.push(id);
        specialTexts.push(text);
      } else {
        (byLength[length] ??= []).push(id);
      }
    });
    this.all = new Trie(ids, texts);
    this.special = new Trie(specialIds, specialTexts);
    this.root = new Merged(this.all, [0]);
    this.specialRoot = new Merged(this.special, [0]);
    const spaces = spaceNodes(this.all);
    this.spaces = new Merged(this.all, spaces);
    this.spaceTokens = spaces.flatMap((node) => tokensAt(this.all, node));
    this.plainByLength = byLength;
    this.longest = Math.max(0, byLength.length - 1);
  }

  /** Plain tokens of at most so many code points. */
  plainMask(most: number): Uint32Array {
    const key = Math.min(most, this.longest);
    let mask = this.masks.get(key);
    if (mask !== undefined) return mask;
    mask = key > 0 ? this.plainMask(key - 1).slice() : new Uint32Array(this.words);
    for (const id of this.plainByLength[key] ?? []) mask[id >>> 5]! |= 1 << (id & 31);
    this.masks.set(key, mask);
    return mask;
  }
}
