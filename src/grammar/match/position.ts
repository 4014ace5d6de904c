import type { ByteSet } from './byte-set.ts';

/** The text up to and with the byte being read; checks need the value that has just closed. */
export interface Reading {
  bytes: Uint8Array;
  length: number;
  /** Where the JSON value begins, after a prefix. */
  readonly from: number;
  /** Set by a step whose result depends on more of the text than its position says. */
  looked: boolean;
  /** The text is not there: a step that needs it must only say that it looked. */
  blind: boolean;
}

/**
 * One way of having read the text so far. Immutable; the same position is the same object wherever that can be,
 * so that alternatives which agree again become one.
 */
export interface Position {
  readonly id: number;
  /** Adds what a byte leads to; nothing where it is not allowed. */
  step(byte: number, reading: Reading, out: Position[]): void;
  /** At least the bytes that lead on. */
  readonly bytes: ByteSet;
  /** White space leads back to it. */
  readonly spacious: boolean;
  /** The text may end here. */
  readonly final: boolean;
}
