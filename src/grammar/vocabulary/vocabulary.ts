import { plainLength } from '../text/plain-classes.ts';
import type { Vocabulary } from '../types.ts';
import { EntryCache } from './entry-cache.ts';
import { setAll } from './mask-entry.ts';
import { Merged } from './merged.ts';
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
  /** What was found by walking the tokens, for all grammars together. */
  readonly entries = new EntryCache();
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
    this.plainByLength = byLength;
    this.longest = Math.max(0, byLength.length - 1);
  }

  /** Whether a token begins with these bytes. */
  has(...bytes: readonly number[]): boolean {
    let node = 0;
    for (const byte of bytes) if (node >= 0) node = this.all.child(node, byte);
    return node >= 0;
  }

  /** Plain tokens of at most so many code points. */
  plainMask(most: number): Uint32Array {
    const key = Math.min(most, this.longest);
    let mask = this.masks.get(key);
    if (mask !== undefined) return mask;
    mask = key > 0 ? this.plainMask(key - 1).slice() : new Uint32Array(this.words);
    setAll(this.plainByLength[key] ?? [], mask);
    this.masks.set(key, mask);
    return mask;
  }
}
