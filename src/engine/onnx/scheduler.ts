import { setImmediate as turn } from 'node:timers/promises';
import { TenonError } from '../../errors.ts';
import { type Candidate, composeStep } from './compose-step.ts';
import type { Decoder } from './decoder.ts';
import { FairShares } from './fair-shares.ts';
import type { PassResult, PassRow } from './pass.ts';
import { PendingRow } from './pending-row.ts';

/** What a request sees of the scheduler: a model that runs its rows, sooner or later. */
export interface Passes {
  /**
   * Rejects with the first row's failure, or the signal's reason where it fires before the rows are done. `discard`
   * rows excepted, a row's past is extended by what was read.
   */
  run(rows: readonly PassRow[]): Promise<readonly PassResult[]>;
  /** Runs of the model in which this request took part. */
  readonly passes: number;
}

export interface SchedulerOptions {
  /** Tokens of one run, padding included. */
  readonly tokens: number;
  /** Rows of one run. */
  readonly rows: number;
  /** Longest piece of a row that runs while others wait. */
  readonly piece: number;
}

/** Rows of more new tokens than this are prompts; an answer's rows are shorter, drafts included. */
const SHORT = 16;
/** Steps of short rows for each of long ones. With more, answers end sooner and share fewer steps. */
const SHORT_STEPS = 2;

export const DEFAULT_SCHEDULE: SchedulerOptions = { tokens: 256, rows: 32, piece: 64 };

interface Job {
  readonly id: number;
  readonly flow: string;
  readonly signal: AbortSignal;
  readonly rows: readonly PendingRow[];
  readonly arrived: number;
  onPass(): void;
  resolve(results: readonly PassResult[]): void;
  reject(error: unknown): void;
}

export interface SchedulerStats {
  steps: number;
  rows: number;
  tokens: number;
  /** Tokens computed for nothing but to make rows equally long. */
  padding: number;
  /** Milliseconds in runs of the model. */
  stepMs: number;
}

/**
 * Continuous batching (Orca, Yu et al. 2022): requests hand in rows, each step runs those that fit together best, and
 * a request hands in its next ones when it knows them. Rows so join and leave between steps, each with its own
 * adapter, position and grammar. Who has been served least comes first; long rows are read piece by piece.
 */
export class Scheduler {
  readonly stats: SchedulerStats = { steps: 0, rows: 0, tokens: 0, padding: 0, stepMs: 0 };
  readonly #decoder: Decoder;
  readonly #options: SchedulerOptions;
  /** Of long rows, and of short ones. */
  readonly #shares: readonly [FairShares, FairShares];
  readonly #jobs = new Set<Job>();
  #arrivals = 0;
  #serial = 0;
  #running = false;
  #lastWasLong = false;
  #shortSteps = 0;

  constructor(decoder: Decoder, options: SchedulerOptions = DEFAULT_SCHEDULE) {
    this.#decoder = decoder;
    this.#options = options;
    this.#shares = [new FairShares(options.tokens), new FairShares(2 * SHORT)];
  }

  /** Jobs that wait for a run or for the rest of one. */
  get waiting(): number {
    return this.#jobs.size;
  }

  /** A request's way in. `flow` is what shares are kept of: a tool, or a set of candidates. */
  open(flow: string, signal: AbortSignal): Passes {
    let passes = 0;
    const arrived = this.#arrivals++;
    return {
      get passes() {
        return passes;
      },
      run: (rows) =>
        new Promise((resolve, reject) => {
          for (const { adapter } of rows) if (adapter) this.#decoder.prefetch(adapter);
          const pending = rows.map((row) => new PendingRow(row));
          const onPass = () => void passes++;
          this.#jobs.add({
            id: this.#serial++,
            flow,
            signal,
            rows: pending,
            arrived,
            onPass,
            resolve,
            reject,
          });
          void this.#work();
        }),
    };
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        // Lets messages in, and requests think of their next rows.
        await turn();
        this.#dropCancelled();
        if (this.#jobs.size === 0) return;
        await this.#step();
      }
    } finally {
      this.#running = false;
    }
  }

  async #step(): Promise<void> {
    const { piece, tokens, rows: most } = this.#options;
    const longest = this.#jobs.size > 1 ? piece : tokens;
    const all = [...this.#jobs].flatMap((job) =>
      job.rows.filter((row) => !row.done).map((row) => ({ job, row, long: row.width(longest) > SHORT })),
    );
    const kind = this.#kindOfTurn(all.map(({ long }) => long));
    const shares = this.#shares[kind ? 0 : 1];
    const waiting = all.filter(({ long }) => long === kind);
    shares.waiting(waiting.map(({ job }) => job.flow));
    const those = waiting.sort(
      (a, b) => shares.of(a.job.flow) - shares.of(b.job.flow) || a.job.arrived - b.job.arrived,
    );
    const candidates = those.map(({ job, row }): Candidate => row.candidate(longest, job.id));
    const limits = { tokens, rows: most, adapters: this.#decoder.adapterCapacity };
    const batch = composeStep(candidates, limits).map((i) => those[i]!);
    await this.#run(batch, longest);
    const jobs = new Set(batch.map(({ job }) => job));
    for (const job of jobs) {
      job.onPass();
      this.#settle(job);
    }
  }

  /**
   * Whether long rows are next. They and short ones take turns, one step and two: answers under way wait for one piece of a prompt at
   * most, and meanwhile gather into a fuller batch.
   */
  #kindOfTurn(areLong: readonly boolean[]): boolean {
    const [some, all] = [areLong.includes(true), !areLong.includes(false)];
    this.#lastWasLong = all || (some && this.#shortSteps >= SHORT_STEPS);
    this.#shortSteps = this.#lastWasLong ? 0 : this.#shortSteps + 1;
    return this.#lastWasLong;
  }

  async #run(batch: readonly { job: Job; row: PendingRow }[], longest: number): Promise<void> {
    const rows = batch.map(({ row }) => row.next(longest));
    const begun = performance.now();
    try {
      const outcomes = await this.#decoder.step(rows);
      outcomes.forEach((outcome, i) => {
        batch[i]!.row.take(rows[i]!, outcome);
      });
    } catch (error) {
      // What fails a whole run may be one row's doing, or their sum: an adapter's file, memory.
      if (batch.length > 1) {
        for (const one of batch) await this.#run([one], longest);
        return;
      }
      batch[0]!.row.take(rows[0]!, codedError(error));
    }
    this.stats.stepMs += performance.now() - begun;
    const width = Math.max(...rows.map((row) => row.tokens.length));
    const read = rows.reduce((sum, row) => sum + row.tokens.length, 0);
    this.stats.steps++;
    this.stats.rows += rows.length;
    this.stats.tokens += read;
    this.stats.padding += rows.length * width - read;
    const shares = this.#shares[this.#lastWasLong ? 0 : 1];
    for (const [i, { job }] of batch.entries()) shares.charge(job.flow, rows[i]!.tokens.length);
  }

  #settle(job: Job): void {
    const failed = job.rows.find(({ failure }) => failure !== null);
    if (failed) job.reject(failed.failure);
    else if (job.rows.every(({ done }) => done)) job.resolve(job.rows.map((row) => row.result()));
    else return;
    this.#jobs.delete(job);
  }

  #dropCancelled(): void {
    for (const job of this.#jobs) {
      if (!job.signal.aborted) continue;
      this.#jobs.delete(job);
      job.reject(job.signal.reason);
    }
  }
}

function codedError(error: unknown): TenonError {
  if (error instanceof TenonError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new TenonError('engine_run_failed', { reason }, { cause: error });
}
