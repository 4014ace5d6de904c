import { Piscina } from 'piscina';

export interface WorkerPoolOptions {
  /** The worker's module: `new URL('./x-worker.ts', import.meta.url)`; tasks are its exported functions. */
  readonly file: URL;
  /** Threads kept ready, and the most there are. Default 0 and 1. */
  readonly minThreads?: number;
  readonly maxThreads?: number;
  /** Heap of one thread; a task that needs more loses its thread. Default 256. */
  readonly memoryMb?: number;
  /** What each thread finds in piscina's `workerData`; default nothing. */
  readonly data?: unknown;
  /** How long a thread past `minThreads` may idle. Default 30,000. */
  readonly idleMs?: number;
}

/** A thread starts in some 200 ms, and in seconds on a machine with too much to do. */
const START_MS = 5_000;

/** Why a task did not finish. The thread it ran on is gone, and a new one is started. */
export class WorkerStopped extends Error {
  override readonly name = 'WorkerStopped';
  readonly reason: 'time' | 'memory';

  constructor(reason: 'time' | 'memory') {
    super(`the worker was stopped: out of ${reason}`);
    this.reason = reason;
  }
}

/** Threads for work on untrusted data: each task has a memory and a time limit, and sees no environment. */
export interface WorkerPool {
  /** Calls the worker's export `name` with `task`. Throws WorkerStopped, or what the function threw. */
  run<Result>(name: string, task: unknown, limitMs: number): Promise<Result>;
  close(): Promise<void>;
}

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const maxThreads = options.maxThreads ?? 1;
  const pool = new Piscina({
    filename: options.file.href,
    minThreads: options.minThreads ?? 0,
    maxThreads,
    idleTimeout: options.idleMs ?? 30_000,
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMb ?? 256 },
    env: {},
    workerData: options.data,
  });
  const waiting: (() => void)[] = [];
  const failing = new Set<(error: unknown) => void>();
  let running = 0;
  let starting = true;
  // A thread that dies without a task, as it starts, would otherwise end the process or leave tasks waiting.
  pool.on('error', (error: unknown) => {
    for (const fail of failing) fail(error);
  });

  /** Piscina's abort also counts the time in its queue: a task is handed over only when a thread is free. */
  async function turn(): Promise<void> {
    if (running < maxThreads) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function next(): void {
    const start = waiting.shift();
    if (start) start();
    else running--;
  }

  /** What a task may take longer where a thread must start for it: its limit is for its own work. */
  function startMs(): number {
    return starting || pool.threads.length < running ? START_MS : 0;
  }

  return {
    async run<Result>(name: string, task: unknown, limitMs: number): Promise<Result> {
      await turn();
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), limitMs + startMs());
      const failure = Promise.withResolvers<never>();
      failing.add(failure.reject);
      try {
        const done = pool.run(task, { name, signal: stop.signal }) as Promise<Result>;
        const result = await Promise.race([done, failure.promise]);
        starting = false;
        return result;
      } catch (error) {
        starting = true;
        if (stop.signal.aborted) throw new WorkerStopped('time');
        if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
          throw new WorkerStopped('memory');
        }
        throw error;
      } finally {
        clearTimeout(timer);
        failing.delete(failure.reject);
        next();
      }
    },
    async close() {
      await pool.destroy();
    },
  };
}
