import type { TenonError } from '../../errors.ts';
import type { Candidate } from './compose-step.ts';
import type { KeyValueRow } from './key-value-row.ts';
import type { PassResult, PassRow } from './pass.ts';

/** A row on its way through the scheduler, read in one piece or in several. */
export class PendingRow {
  failure: TenonError | null = null;
  readonly #row: PassRow;
  readonly #logprobs: Float32Array[] = [];
  /** What it grows in; a copy where the row's own past may not be written and one pass is not enough. */
  #past: KeyValueRow;
  #read = 0;
  #last: PassResult | null = null;

  constructor(row: PassRow) {
    this.#row = row;
    this.#past = row.past;
  }

  get done(): boolean {
    return this.#read === this.#row.tokens.length;
  }

  /** New tokens it would read next, at most `longest`. A tree is read in one. */
  width(longest: number): number {
    const left = this.#row.tokens.length - this.#read;
    return this.#row.parents ? left : Math.min(left, longest);
  }

  candidate(longest: number, job: number): Candidate {
    return {
      job,
      width: this.width(longest),
      past: this.#past.length,
      adapter: this.#row.adapter?.digest ?? null,
    };
  }

  /** The next piece. */
  next(longest: number): PassRow {
    const count = this.width(longest);
    const { tokens, wanted, adapter, discard } = this.#row;
    if (count === tokens.length) return this.#row;
    if (discard && this.#past === this.#row.past) this.#past = this.#row.past.copy();
    const end = this.#read + count;
    return {
      past: this.#past,
      tokens: tokens.slice(this.#read, end),
      adapter,
      wanted: wanted.filter((i) => i >= this.#read && i < end).map((i) => i - this.#read),
    };
  }

  take(piece: PassRow, outcome: PassResult | TenonError): void {
    if (outcome instanceof Error) {
      this.failure = outcome;
      return;
    }
    this.#read += piece.tokens.length;
    this.#logprobs.push(...outcome.logprobs);
    this.#last = outcome;
  }

  result(): PassResult {
    const own = this.#past === this.#row.past ? this.#last! : null;
    return {
      logprobs: this.#logprobs,
      keepIn: (row) => (own ? own.keepIn(row) : row.extend(this.#past)),
    };
  }
}
