import type { DecoderConfig } from '../../model/index.ts';
import { KeyValueBatch } from './key-value-batch.ts';
import type { KeyValueRow } from './key-value-row.ts';

/** Batches that alternate: rows that write, candidates of one tool set, candidates of another. */
const KEPT = 3;

/** A few batches, so that those which take turns do not drive each other out. */
export class KeyValueBatches {
  /** Least recently used first. */
  readonly #batches: KeyValueBatch[];

  constructor(config: DecoderConfig) {
    this.#batches = Array.from({ length: KEPT }, () => new KeyValueBatch(config));
  }

  /** The one that needs the least copying to hold `rows`. */
  for(rows: readonly KeyValueRow[]): KeyValueBatch {
    const costs = this.#batches.map((batch) => batch.tokensToCopy(rows));
    const best = costs.indexOf(Math.min(...costs));
    const [batch] = this.#batches.splice(best, 1) as [KeyValueBatch];
    this.#batches.push(batch);
    return batch;
  }

  erase(row: KeyValueRow): void {
    for (const batch of this.#batches) batch.erase(row);
  }

  get copiedBytes(): number {
    return this.#batches.reduce((sum, { copiedBytes }) => sum + copiedBytes, 0);
  }
}
