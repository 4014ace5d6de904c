import type { DecoderConfig } from '../../model/index.ts';

/** Capacities are multiples of this many tokens: attention's cost follows the capacity, growth costs a copy. */
const BUCKET = 64;

/** A copy of a row somewhere else: its first `held` tokens are the row's. */
export interface Mirror {
  held: number;
}

/**
 * Keys and values of one sequence, layer by layer, [kvHeads, capacity, headDim]. Only the first `length` of the
 * capacity are of any meaning. A row is written after each pass, cut back to roll the model back, and copied
 * where two sequences share a beginning.
 */
export class KeyValueRow {
  readonly keys: Float32Array[];
  readonly values: Float32Array[];
  readonly #heads: number;
  readonly #headDim: number;
  #capacity = 0;
  #length = 0;
  readonly #mirrors = new Set<Mirror>();

  constructor(config: Pick<DecoderConfig, 'layers' | 'kvHeads' | 'headDim'>) {
    this.#heads = config.kvHeads;
    this.#headDim = config.headDim;
    this.keys = Array.from({ length: config.layers }, () => new Float32Array());
    this.values = Array.from({ length: config.layers }, () => new Float32Array());
  }

  /** Tokens held. */
  get length(): number {
    return this.#length;
  }

  get capacity(): number {
    return this.#capacity;
  }

  get bytes(): number {
    return this.keys.length * 2 * this.#heads * this.#capacity * this.#headDim * 4;
  }

  /** Forgets all tokens from `length` on. */
  truncate(length: number): void {
    if (length > this.#length) throw new RangeError(`cannot cut ${this.#length} tokens back to ${length}`);
    this.#length = length;
    for (const mirror of this.#mirrors) mirror.held = Math.min(mirror.held, length);
  }

  /** From now on `mirror.held` shrinks with the row. */
  mirror(mirror: Mirror): void {
    this.#mirrors.add(mirror);
  }

  unmirror(mirror: Mirror): void {
    this.#mirrors.delete(mirror);
  }

  /** Of the first `length` tokens; default all. */
  copy(length = this.#length): KeyValueRow {
    const config = { layers: this.keys.length, kvHeads: this.#heads, headDim: this.#headDim };
    const row = new KeyValueRow(config);
    for (let layer = 0; layer < this.keys.length; layer++) {
      row.keys[layer] = this.keys[layer]!.slice();
      row.values[layer] = this.values[layer]!.slice();
    }
    row.#capacity = this.#capacity;
    row.#length = length;
    return row;
  }

  /** A copy of the first `length` tokens without room for more: to be kept rather than written on. */
  compact(length = this.#length): KeyValueRow {
    const config = { layers: this.keys.length, kvHeads: this.#heads, headDim: this.#headDim };
    const row = new KeyValueRow(config);
    const [size, whole] = [length * this.#headDim, this.#capacity * this.#headDim];
    const firstOf = (all: Float32Array) => {
      const kept = new Float32Array(this.#heads * size);
      for (let head = 0; head < this.#heads; head++)
        kept.set(all.subarray(head * whole, head * whole + size), head * size);
      return kept;
    };
    for (let layer = 0; layer < this.keys.length; layer++) {
      row.keys[layer] = firstOf(this.keys[layer]!);
      row.values[layer] = firstOf(this.values[layer]!);
    }
    row.#capacity = length;
    row.#length = length;
    return row;
  }

  /**
   * Appends `count` tokens out of a pass's output. `keys` and `values` are one layer's, [rows, kvHeads, stride,
   * headDim]; `row` is this sequence's place in them. Call for every layer, then `advance`.
   */
  write(
    layer: number,
    keys: Float32Array,
    values: Float32Array,
    row: number,
    stride: number,
    count: number,
  ): void {
    this.#reserve(this.#length + count);
    const size = this.#headDim;
    for (let head = 0; head < this.#heads; head++) {
      const from = (row * this.#heads + head) * stride * size;
      const to = (head * this.#capacity + this.#length) * size;
      this.keys[layer]!.set(keys.subarray(from, from + count * size), to);
      this.values[layer]!.set(values.subarray(from, from + count * size), to);
    }
  }

  advance(count: number): void {
    this.#length += count;
  }

  /** Appends what `longer`, which begins with what this row holds, has beyond it. */
  extend(longer: KeyValueRow): void {
    const count = longer.#length - this.#length;
    this.#reserve(longer.#length);
    const size = this.#headDim;
    for (let layer = 0; layer < this.keys.length; layer++) {
      for (let head = 0; head < this.#heads; head++) {
        const from = (head * longer.#capacity + this.#length) * size;
        const to = (head * this.#capacity + this.#length) * size;
        this.keys[layer]!.set(longer.keys[layer]!.subarray(from, from + count * size), to);
        this.values[layer]!.set(longer.values[layer]!.subarray(from, from + count * size), to);
      }
    }
    this.#length = longer.#length;
  }

  #reserve(tokens: number): void {
    if (tokens <= this.#capacity) return;
    const capacity = Math.ceil(tokens / BUCKET) * BUCKET;
    const grow = (old: Float32Array) => {
      const size = this.#headDim;
      const grown = new Float32Array(this.#heads * capacity * size);
      for (let head = 0; head < this.#heads; head++) {
        const from = head * this.#capacity * size;
        grown.set(old.subarray(from, from + this.#length * size), head * capacity * size);
      }
      return grown;
    };
    for (let layer = 0; layer < this.keys.length; layer++) {
      this.keys[layer] = grow(this.keys[layer]!);
      this.values[layer] = grow(this.values[layer]!);
    }
    this.#capacity = capacity;
  }
}
