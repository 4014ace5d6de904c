import { createHash } from 'node:crypto';
import type { LoraAdapter } from '../../lora/index.ts';
import type { KeyValueRow } from './key-value-row.ts';
import { Lru } from './lru.ts';

/**
 * Keys and values of the beginnings that requests share (a tool's signature), so that they are computed once.
 * Known by the adapter's content and the tokens themselves: never by a name, which may come to mean another.
 */
export class PrefixCache {
  readonly #rows: Lru<KeyValueRow>;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#rows = new Lru(limit);
  }

  /** Shared: to be read, and copied before it is written on. */
  get(adapter: LoraAdapter | null, tokens: readonly number[]): KeyValueRow | undefined {
    return this.#rows.get(sequenceKey(adapter, tokens));
  }

  /** Keeps the first tokens of `row`, in a copy. */
  keep(adapter: LoraAdapter | null, tokens: readonly number[], row: KeyValueRow): void {
    const copy = row.copy();
    copy.truncate(tokens.length);
    this.#rows.set(sequenceKey(adapter, tokens), copy, copy.bytes);
  }
}

export function sequenceKey(adapter: LoraAdapter | null, tokens: readonly number[]): string {
  const bytes = Int32Array.from(tokens);
  return createHash('sha256')
    .update(adapter?.digest ?? '')
    .update(bytes)
    .digest('base64');
}
