import type { CallResult } from './types.ts';

/** What this process is working on. */
export interface Running {
  /** The call's work, for those who ask for the same call meanwhile. */
  get(id: string): Promise<CallResult> | undefined;
  has(id: string): boolean;
  track(id: string, work: Promise<CallResult>): Promise<CallResult>;
  /** Anything that must end before the store is closed. */
  busy<T>(work: Promise<T>): Promise<T>;
  /** Resolves once nothing runs any more. */
  drain(): Promise<void>;
}

export function createRunning(): Running {
  const calls = new Map<string, Promise<CallResult>>();
  const everything = new Set<Promise<unknown>>();
  return {
    get: (id) => calls.get(id),
    has: (id) => calls.has(id),
    track(id, work) {
      calls.set(id, work);
      return work.finally(() => {
        if (calls.get(id) === work) calls.delete(id);
      });
    },
    busy(work) {
      everything.add(work);
      return work.finally(() => everything.delete(work));
    },
    async drain() {
      while (everything.size > 0) await Promise.allSettled(everything);
    },
  };
}
