import type { DecoderConfig } from '../../model/index.ts';
import type { KeyValueRow } from './key-value-row.ts';

/**
 * Pasts of several sequences side by side, [rows, kvHeads, past, headDim] for every layer, as a batch needs them.
 * The last batch is kept: where the same candidates are scored again and again, nothing is copied.
 */
export class GatheredPasts {
  keys: Float32Array[] = [];
  values: Float32Array[] = [];
  #memory = new Float32Array();
  #holds: readonly { readonly row: KeyValueRow; readonly version: number }[] = [];
  #past = -1;

  /** `past` is at least the longest row's length. */
  of(rows: readonly KeyValueRow[], past: number, config: DecoderConfig): this {
    const same = (row: KeyValueRow, r: number) =>
      this.#holds[r]?.row === row && this.#holds[r].version === row.version;
    if (past === this.#past && rows.length === this.#holds.length && rows.every(same)) return this;
    const { layers, kvHeads, headDim } = config;
    const size = rows.length * kvHeads * past * headDim;
    if (this.#memory.length < 2 * layers * size) this.#memory = new Float32Array(2 * layers * size);
    const part = (i: number) => this.#memory.subarray(i * size, (i + 1) * size);
    this.keys = Array.from({ length: layers }, (_, layer) => part(layer));
    this.values = Array.from({ length: layers }, (_, layer) => part(layers + layer));
    rows.forEach((row, r) => {
      for (let layer = 0; layer < layers; layer++) {
        for (let head = 0; head < kvHeads; head++) {
          const from = head * row.capacity * headDim;
          const to = (r * kvHeads + head) * past * headDim;
          const end = from + row.length * headDim;
          this.keys[layer]!.set(row.keys[layer]!.subarray(from, end), to);
          this.values[layer]!.set(row.values[layer]!.subarray(from, end), to);
        }
      }
    });
    this.#holds = rows.map((row) => ({ row, version: row.version }));
    this.#past = past;
    return this;
  }
}
