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

export function mean(values: readonly number[]): number {
  return round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
}

export function quantiles(values: readonly number[]): { p50: number; p99: number } {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
