/** One row that waits for a run of the model. */
export interface Candidate {
  /** New tokens it would have read. */
  readonly width: number;
  /** Tokens it has behind it. */
  readonly past: number;
  readonly adapter: string | null;
  /** Rows that were handed in together, which wait for one another. Default: a row of its own. */
  readonly job?: number;
}

export interface StepLimits {
  /** Tokens of one run, padding included. A row that is longer by itself still runs, alone. */
  readonly tokens: number;
  readonly rows: number;
  /** Different adapters. */
  readonly adapters: number;
}

/**
 * What a run costs, in units of one more token in a row that runs anyway. Measured on a processor, where reading the
 * weights costs as much as a dozen tokens' arithmetic (docs/performance.md).
 */
const RUN = 12;
const ROW = 2;
const PAST = 1 / 48;

/**
 * Which of `waiting`, most deserving first, run next: always the first, and with it those whose company is cheaper
 * than a run of their own. All rows of a batch are padded to its widest and longest, so rows that differ much are
 * better apart: the rows are split into batches at the least total cost, and the first row's batch is the answer.
 * Returns indices, in order.
 */
export function composeStep(waiting: readonly Candidate[], limits: StepLimits): readonly number[] {
  const window = firstOf(waiting, limits);
  const sorted = window.toSorted((a, b) => shape(waiting[a]!) - shape(waiting[b]!) || a - b);
  const starts = cheapestStarts(
    sorted.map((i) => waiting[i]!),
    limits,
  );
  const at = sorted.indexOf(0);
  // Batches from the last to the first, until the one that holds the first row.
  let end = sorted.length;
  while (starts[end]! > at) end = starts[end]!;
  const batch = sorted.slice(starts[end]!, end).toSorted((a, b) => a - b);
  return batch;
}

/**
 * The rows that are looked at: what one run could hold, jobs whole where they fit, since half a job is of no use yet.
 * Rows whose adapters find no slot are passed over.
 */
function firstOf(waiting: readonly Candidate[], limits: StepLimits): number[] {
  const adapters = new Set<string>();
  const window: number[] = [];
  let tokens = 0;
  for (const [i, { width, adapter, job }] of waiting.entries()) {
    const begins = job === undefined || job !== waiting[i - 1]?.job;
    const needed = begins ? tokensOf(waiting, i) : width;
    if (window.length > 0 && (tokens + needed > limits.tokens || window.length >= limits.rows)) break;
    if (adapter !== null && !adapters.has(adapter)) {
      if (adapters.size >= limits.adapters) continue;
      adapters.add(adapter);
    }
    tokens += width;
    window.push(i);
  }
  return window;
}

/** Of the job that begins at `at`. */
function tokensOf(waiting: readonly Candidate[], at: number): number {
  const { job, width } = waiting[at]!;
  if (job === undefined) return width;
  let tokens = 0;
  for (let i = at; waiting[i]?.job === job; i++) tokens += waiting[i]!.width;
  return tokens;
}

function shape({ width, past }: Candidate): number {
  return width + past * PAST;
}

/** For each number of first rows, where the last batch of their cheapest partition begins. */
function cheapestStarts(rows: readonly Candidate[], limits: StepLimits): readonly number[] {
  const costs = [0];
  const starts = [0];
  for (let end = 1; end <= rows.length; end++) {
    let width = 0;
    let past = 0;
    costs[end] = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0; start--) {
      const count = end - start;
      width = Math.max(width, rows[start]!.width);
      past = Math.max(past, rows[start]!.past);
      if (count > 1 && (count > limits.rows || count * width > limits.tokens)) break;
      const cost = costs[start]! + RUN + count * (ROW + width + past * PAST);
      if (cost >= costs[end]!) continue;
      costs[end] = cost;
      starts[end] = start;
    }
  }
  return starts;
}
