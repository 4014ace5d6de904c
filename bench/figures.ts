export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export const round = (value: number): number => Math.round(value * 100) / 100;

export const spread = (values: readonly number[]) => ({
  p50: round(percentile(values, 0.5)),
  p99: round(percentile(values, 0.99)),
});

/** Milliseconds passed, and milliseconds of processor time of all threads of this process. */
export interface Cost {
  readonly ms: number;
  readonly cpu: number;
}

export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - begun, cpu: (user + system) / 1000 };
}

/** The least disturbed of several. */
export function least(costs: readonly Cost[]): Cost {
  return {
    ms: Math.min(...costs.map(({ ms }) => ms)),
    cpu: Math.min(...costs.map(({ cpu }) => cpu)),
  };
}
