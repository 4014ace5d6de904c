import { TenonError } from '../errors.ts';

/** Calls whose arguments are still to be written, so that what is taken on is also served. */
export interface Admission {
  /**
   * Takes a call on; the answer is called, once or more, when it needs the model no longer. Throws `queue_full`.
   * @param flow the tool that was named; null where the model chooses
   */
  enter(flow: string | null): () => void;
}

/** Calls that need the model at once: below what the engine takes, so that none is refused half-way. */
export const DEFAULT_LIMIT = 96;

/** Past `limit` a call is refused before anything is written. A named tool may have three quarters of it. */
export function createAdmission(limit: number): Admission {
  const byFlow = new Map<string | null, number>();
  let total = 0;
  /** Milliseconds from one call's end to the next, lately. */
  let pace = 50;
  let lastEnd = performance.now();

  return {
    enter(flow) {
      const own = byFlow.get(flow) ?? 0;
      if (total >= limit || (flow !== null && own >= Math.ceil((limit * 3) / 4))) {
        const seconds = Math.min(30, Math.max(1, Math.ceil((total * pace) / 1000)));
        throw new TenonError('queue_full', { limit, seconds });
      }
      total++;
      byFlow.set(flow, own + 1);
      let inside = true;
      return () => {
        if (!inside) return;
        inside = false;
        total--;
        const left = byFlow.get(flow)! - 1;
        if (left === 0) byFlow.delete(flow);
        else byFlow.set(flow, left);
        const now = performance.now();
        // A pause between calls says nothing of how fast they are served.
        pace = 0.9 * pace + 0.1 * Math.min(1000, now - lastEnd);
        lastEnd = now;
      };
    },
  };
}
