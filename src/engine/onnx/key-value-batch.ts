import type { DecoderConfig } from '../../model/index.ts';
import type { KeyValueRow, Mirror } from './key-value-row.ts';

/** Strides are multiples of this many tokens: attention's cost follows the stride, a new one costs a copy of all. */
const BUCKET = 32;

interface Lane extends Mirror {
  readonly row: KeyValueRow;
}

/**
 * Pasts of several sequences side by side, [lanes, kvHeads, stride, headDim] for every layer, as a batch needs them.
 * A row keeps its lane from batch to batch, so that only what it has grown since is copied: a steady batch costs its
 * new tokens, and the same candidates scored again cost nothing.
 */
export class KeyValueBatch {
  readonly #config: Pick<DecoderConfig, 'layers' | 'kvHeads' | 'headDim'>;
  readonly #lanes: (Lane | undefined)[] = [];
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];
  #room = 0;
  #stride = 0;
  /** Bytes of keys and values copied so far. */
  copiedBytes = 0;

  constructor(config: Pick<DecoderConfig, 'layers' | 'kvHeads' | 'headDim'>) {
    this.#config = config;
  }

  /** Tokens a lane has room for. */
  get stride(): number {
    return this.#stride;
  }

  /** Tokens that `place` would have to copy. */
  tokensToCopy(rows: readonly KeyValueRow[]): number {
    const total = rows.reduce((sum, row) => sum + row.length, 0);
    if (!this.#fits(rows)) return total;
    const lanes = new Map<KeyValueRow, number>();
    for (const lane of this.#lanes.slice(0, rows.length)) if (lane) lanes.set(lane.row, lane.held);
    return total - rows.reduce((sum, row) => sum + (lanes.get(row) ?? 0), 0);
  }

  /** Brings every row into one of the first lanes, as many as rows, and says into which. */
  place(rows: readonly KeyValueRow[]): readonly number[] {
    if (!this.#fits(rows)) this.#reshape(rows);
    const free = new Map<KeyValueRow, number[]>();
    rows.forEach((_, i) => {
      const held = this.#lanes[i]?.row;
      if (held) free.set(held, [...(free.get(held) ?? []), i]);
    });
    const lanes = rows.map((row) => free.get(row)?.pop() ?? -1);
    const taken = new Set(lanes);
    let next = 0;
    rows.forEach((row, i) => {
      if (lanes[i] === -1) {
        while (taken.has(next)) next++;
        lanes[i] = next++;
        this.#assign(lanes[i], row);
      }
      this.#copy(lanes[i]!);
    });
    return lanes;
  }

  /** Overwrites what is held of `row`: what is no number would reach others through a weight of zero. */
  erase(row: KeyValueRow): void {
    const size = this.#laneSize;
    for (const [i, lane] of this.#lanes.entries()) {
      if (lane?.row !== row) continue;
      row.unmirror(lane);
      this.#lanes[i] = undefined;
      for (const layer of [...this.#keys, ...this.#values]) layer.fill(0, i * size, (i + 1) * size);
    }
  }

  /** Keys of the first `count` lanes. */
  keys(layer: number, count: number): Float32Array {
    return this.#keys[layer]!.subarray(0, count * this.#laneSize);
  }

  values(layer: number, count: number): Float32Array {
    return this.#values[layer]!.subarray(0, count * this.#laneSize);
  }

  get #laneSize(): number {
    return this.#config.kvHeads * this.#stride * this.#config.headDim;
  }

  #fits(rows: readonly KeyValueRow[]): boolean {
    const wanted = strideOf(rows);
    return rows.length <= this.#room && wanted <= this.#stride && wanted + BUCKET >= this.#stride;
  }

  #reshape(rows: readonly KeyValueRow[]): void {
    for (const [i, lane] of this.#lanes.entries()) {
      lane?.row.unmirror(lane);
      this.#lanes[i] = undefined;
    }
    while (this.#room < rows.length) this.#room = Math.max(4, this.#room * 2);
    this.#stride = strideOf(rows);
    const size = this.#room * this.#laneSize;
    const { layers } = this.#config;
    if ((this.#keys[0]?.length ?? -1) < size) {
      this.#keys = Array.from({ length: layers }, () => new Float32Array(size));
      this.#values = Array.from({ length: layers }, () => new Float32Array(size));
    }
  }

  #assign(index: number, row: KeyValueRow): void {
    const before = this.#lanes[index];
    before?.row.unmirror(before);
    const lane = { row, held: 0 };
    row.mirror(lane);
    this.#lanes[index] = lane;
  }

  #copy(index: number): void {
    const lane = this.#lanes[index]!;
    const { row, held } = lane;
    if (held === row.length) return;
    const { layers, kvHeads, headDim } = this.#config;
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < kvHeads; head++) {
        const from = (head * row.capacity + held) * headDim;
        const end = (head * row.capacity + row.length) * headDim;
        const to = ((index * kvHeads + head) * this.#stride + held) * headDim;
        this.#keys[layer]!.set(row.keys[layer]!.subarray(from, end), to);
        this.#values[layer]!.set(row.values[layer]!.subarray(from, end), to);
      }
    }
    this.copiedBytes += (row.length - held) * layers * kvHeads * headDim * 2 * 4;
    lane.held = row.length;
  }
}

function strideOf(rows: readonly KeyValueRow[]): number {
  return Math.ceil(Math.max(...rows.map((row) => row.length)) / BUCKET) * BUCKET;
}
