import { createHash } from 'node:crypto';
import type { LoraAdapter } from '../../lora/index.ts';
import type { KeyValueRow } from './key-value-row.ts';
import { Lru } from './lru.ts';

/** Beginnings that differ later share what they have in common, in steps of this many tokens. */
const BLOCK = 32;
/** Past so many known beginnings, those whose rows are gone are looked for. */
const MANY_BEGINNINGS = 16_384;

export interface PrefixStats {
  /** Tokens asked for, and those of them that were known. */
  asked: number;
  known: number;
  bytes: number;
}

/**
 * Keys and values of the beginnings that requests share (system text, a tool's signature), so that they are computed
 * once. Known by the adapter's content and the tokens themselves: never by a name, which may come to mean another.
 * Beginnings are found block by block, each known by the hash of all tokens up to its end.
 */
export class PrefixCache {
  readonly #rows: Lru<KeyValueRow>;
  /** Hash of a beginning → key of a row that has it. Those of rows that are gone are dropped when met. */
  readonly #beginnings = new Map<string, string>();
  readonly #reading = new Map<string, Promise<unknown>>();
  readonly #stats = { asked: 0, known: 0 };

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#rows = new Lru(limit);
  }

  get stats(): PrefixStats {
    return { ...this.#stats, bytes: this.#rows.weight };
  }

  /**
   * A row of exactly these tokens: shared, so to be copied before it is written on. What is missing `read` appends to
   * the row it is given; requests that come meanwhile wait for it.
   */
  async get(
    adapter: LoraAdapter | null,
    tokens: readonly number[],
    empty: () => KeyValueRow,
    read: (row: KeyValueRow, missing: readonly number[]) => Promise<void>,
  ): Promise<KeyValueRow> {
    if (tokens.length === 0) return empty();
    const hashes = beginningHashes(adapter, tokens);
    const key = hashes.at(-1)!.hash;
    for (;;) {
      const found = this.#rows.get(key);
      if (found) {
        this.#count(tokens.length, tokens.length);
        return found;
      }
      const others = this.#reading.get(key);
      if (!others) break;
      // Theirs may be cancelled; then it is ours to read.
      await others.catch(() => undefined);
    }
    const row = this.#longest(hashes) ?? empty();
    this.#count(tokens.length, row.length);
    const work = read(row, tokens.slice(row.length));
    this.#reading.set(key, work);
    try {
      await work;
    } finally {
      this.#reading.delete(key);
    }
    const kept = row.compact();
    this.#set(hashes, kept);
    return kept;
  }

  has(adapter: LoraAdapter | null, tokens: readonly number[]): boolean {
    return tokens.length === 0 || this.#rows.has(sequenceKey(adapter, tokens));
  }

  /** Keeps what a request has read anyway: `row` begins with `tokens`. */
  keep(adapter: LoraAdapter | null, tokens: readonly number[], row: KeyValueRow): void {
    if (!this.has(adapter, tokens)) this.#set(beginningHashes(adapter, tokens), row.compact(tokens.length));
  }

  #set(hashes: readonly Beginning[], row: KeyValueRow): void {
    const key = hashes.at(-1)!.hash;
    this.#rows.set(key, row, row.bytes);
    for (const { hash } of hashes) this.#beginnings.set(hash, key);
    if (this.#beginnings.size > MANY_BEGINNINGS) this.#prune();
  }

  #prune(): void {
    for (const [hash, key] of this.#beginnings) if (!this.#rows.has(key)) this.#beginnings.delete(hash);
  }

  /** A copy of what is known of the longest beginning. */
  #longest(hashes: readonly Beginning[]): KeyValueRow | null {
    for (const { hash, length } of hashes.toReversed()) {
      const key = this.#beginnings.get(hash);
      const row = key === undefined ? undefined : this.#rows.get(key);
      if (row) return row.copy(length);
      this.#beginnings.delete(hash);
    }
    return null;
  }

  #count(asked: number, known: number): void {
    this.#stats.asked += asked;
    this.#stats.known += known;
  }
}

interface Beginning {
  readonly hash: string;
  readonly length: number;
}

/** Of every whole number of blocks, and of all tokens. */
function beginningHashes(adapter: LoraAdapter | null, tokens: readonly number[]): readonly Beginning[] {
  const running = createHash('sha256').update(adapter?.digest ?? '');
  const beginnings: Beginning[] = [];
  for (let at = 0; at < tokens.length; at += BLOCK) {
    const block = tokens.slice(at, at + BLOCK);
    running.update(Int32Array.from(block));
    beginnings.push({ hash: running.copy().digest('base64'), length: at + block.length });
  }
  return beginnings;
}

/** Names a sequence under an adapter. */
export function sequenceKey(adapter: LoraAdapter | null, tokens: readonly number[]): string {
  return beginningHashes(adapter, tokens).at(-1)?.hash ?? adapter?.digest ?? '';
}
