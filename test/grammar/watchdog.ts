import { Worker } from 'node:worker_threads';

/** What the slowest case takes is a second or two, on a busy machine ten times that. */
const STALL_MS = 40_000;

interface Message<Result> {
  /** The case that begins. */
  readonly begin?: string;
  /** An error without a code. */
  readonly uncoded?: string;
  readonly end?: Result;
}

/** Runs a worker of this folder to its `end`; rejects with the case it was in where it hangs, dies or has no code for what went wrong. */
export async function watched<Result>(name: string): Promise<Result> {
  const worker = new Worker(new URL(`./${name}`, import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  let last = 'nothing';
  let stalled: NodeJS.Timeout | undefined;
  return new Promise<Result>((resolve, reject) => {
    stalled = setTimeout(() => reject(new Error(`no end to ${last}`)), STALL_MS);
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error(`the thread ended in ${last}`)));
    worker.on('message', ({ begin, uncoded, end }: Message<Result>) => {
      stalled?.refresh();
      if (begin !== undefined) last = begin;
      if (uncoded !== undefined) reject(new Error(`${last}: ${uncoded}`));
      if (end !== undefined) resolve(end);
    });
  }).finally(() => {
    clearTimeout(stalled);
    return worker.terminate();
  });
}
