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
  readonly mask_us: MaskFigures;
  readonly first_mask_us: { readonly p50: number; readonly p99: number };
  /** Without the masks during which another program had the processor: for machines that are shared. */
  readonly undisturbed: {
    readonly masks_left_out: number;
    readonly mask_us: MaskFigures;
    readonly first_mask_us: { readonly p50: number; readonly p99: number };
  };
}

export interface MaskFigures {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** Microseconds, many of them, in a typed array: what the bench itself leaves behind must not be measured. */
class Times {
  private values = new Float64Array(1 << 16);
  private count = 0;

  add(time: number): void {
    if (this.count === this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count++] = time;
  }

  get all(): Float64Array {
    return this.values.subarray(0, this.count);
  }
}

/** What is counted along the schemas. */
export class Tally {
  schemas = 0;
  right = 0;
  valid_rejected = 0;
  invalid_accepted = 0;
  refused = 0;
  private readonly masks = new Times();
  private readonly firsts = new Times();
  private readonly calmMasks = new Times();
  private readonly calmFirsts = new Times();

  /** One mask; `calm`: no other program was given the processor meanwhile. */
  mask(time: number, calm = true): void {
    this.masks.add(time);
    if (calm) this.calmMasks.add(time);
  }

  /** Compiling and the first mask. */
  first(time: number, calm = true): void {
    this.firsts.add(time);
    if (calm) this.calmFirsts.add(time);
  }

  get figures(): Figures {
    const { schemas, right, valid_rejected, invalid_accepted, refused } = this;
    return {
      ...{ schemas, right, valid_rejected, invalid_accepted, refused },
      mask_us: maskFigures(this.masks.all),
      first_mask_us: quantiles(this.firsts.all),
      undisturbed: {
        masks_left_out: this.masks.all.length - this.calmMasks.all.length,
        mask_us: maskFigures(this.calmMasks.all),
        first_mask_us: quantiles(this.calmFirsts.all),
      },
    };
  }
}

function maskFigures(times: Float64Array): MaskFigures {
  return { mean: mean(times), ...quantiles(times), p999: quantile(times, 0.999) };
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
