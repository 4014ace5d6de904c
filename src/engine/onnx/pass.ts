import type { LoraAdapter } from '../../lora/index.ts';
import type { KeyValueRow } from './key-value-row.ts';

/** One sequence's part in a run of the model. */
export interface PassRow {
  /** What came before; the new tokens are appended to it unless `discard`. */
  readonly past: KeyValueRow;
  /** At least one. */
  readonly tokens: readonly number[];
  readonly adapter: LoraAdapter | null;
  /** Which of `tokens` (by index) need a prediction. */
  readonly wanted: readonly number[];
  /**
   * Makes the tokens a tree: `parents[i]` is the index of the token before `tokens[i]`, -1 for the past. Default
   * a chain. A token sees its ancestors only. Trees are scored, never kept: set `discard`.
   */
  readonly parents?: readonly number[];
  /** Leaves `past` as it is, so that it may be shared. */
  readonly discard?: boolean;
}

export interface PassResult {
  /** ln p of every next token, float32 [vocabulary], after each of the row's `wanted` tokens. */
  readonly logprobs: readonly Float32Array[];
  /** Appends the row's new tokens to `row`, which must hold what its `past` held. */
  keepIn(row: KeyValueRow): void;
}

/** Positions and attention bias of a batch, as the decoder graph takes them. */
export interface Layout {
  /** Tokens a row, the longest. */
  readonly width: number;
  readonly ids: BigInt64Array;
  readonly positions: BigInt64Array;
  /** [rows, 1, width, past + width] */
  readonly bias: Float32Array;
  /** Positions, of rows × width, that need a prediction, row by row. */
  readonly picked: BigInt64Array;
}

/** Far below any score, yet finite: a row of nothing but these is no NaN. */
const HIDDEN = -1e9;

/** `past` is the number of past positions in the key and value tensors, the same for all rows. */
export function layOut(rows: readonly PassRow[], past: number): Layout {
  const width = Math.max(...rows.map((row) => row.tokens.length));
  const total = past + width;
  const ids = new BigInt64Array(rows.length * width);
  const positions = new BigInt64Array(rows.length * width);
  const bias = new Float32Array(rows.length * width * total).fill(HIDDEN);
  const picked: number[] = [];
  rows.forEach((row, r) => {
    const known = row.past.length;
    const depth: number[] = [];
    for (let i = 0; i < width; i++) {
      const line = bias.subarray((r * width + i) * total, (r * width + i + 1) * total);
      line[past + i] = 0;
      // Padding sees itself alone, and nothing sees it.
      if (i >= row.tokens.length) continue;
      line.fill(0, 0, known);
      const parent = row.parents ? row.parents[i]! : i - 1;
      depth[i] = parent < 0 ? 0 : depth[parent]! + 1;
      for (let p = parent; p >= 0; p = row.parents ? row.parents[p]! : p - 1) line[past + p] = 0;
      ids[r * width + i] = BigInt(row.tokens[i]!);
      positions[r * width + i] = BigInt(known + depth[i]!);
    }
    for (const i of row.wanted) picked.push(r * width + i);
  });
  return { width, ids, positions, bias, picked: BigInt64Array.from(picked, BigInt) };
}
