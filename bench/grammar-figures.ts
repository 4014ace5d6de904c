export interface Case {
  readonly id: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly data: unknown; readonly valid: boolean }[];
}

export interface Figures {
  readonly schemas: number;
  readonly right: number;
  readonly valid_rejected: number;
  readonly invalid_accepted: number;
  readonly refused: number;
  readonly mask_us: {
    readonly mean: number;
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
  };
  readonly first_mask_us: { readonly p50: number; readonly p99: number };
}

/** What is counted along the schemas. Times in typed arrays: what the bench itself leaves behind must not be measured. */
export class Tally {
  schemas = 0;
  right = 0;
  valid_rejected = 0;
  invalid_accepted = 0;
  refused = 0;
  private times = new Float64Array(1 << 16);
  private count = 0;
  private readonly firsts: number[] = [];

  /** Microseconds of one mask. */
  mask(time: number): void {
    if (this.count === this.times.length) {
      const grown = new Float64Array(this.times.length * 2);
      grown.set(this.times);
      this.times = grown;
    }
    this.times[this.count++] = time;
  }

  /** Microseconds of compiling and the first mask. */
  first(time: number): void {
    this.firsts.push(time);
  }

  get figures(): Figures {
    const { schemas, right, valid_rejected, invalid_accepted, refused } = this;
    const times = this.times.subarray(0, this.count);
    return {
      ...{ schemas, right, valid_rejected, invalid_accepted, refused },
      mask_us: { mean: mean(times), ...quantiles(times), p999: quantile(times, 0.999) },
      first_mask_us: quantiles(this.firsts),
    };
  }
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return round(sum / Math.max(1, values.length));
}

export function quantiles(values: ArrayLike<number>): { p50: number; p99: number } {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
