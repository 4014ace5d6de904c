import { TenonError } from '../errors.ts';

export interface CircuitBreakerOptions {
  /** Failures in a row after which an origin is left alone. Default 5. */
  readonly failures?: number;
  /** For how long, at first; twice as long after each probe that fails, up to a minute. Default 10,000. */
  readonly pauseMs?: number;
  /** Milliseconds, never going back. */
  readonly now?: () => number;
}

/** What came of a request: `unknown` where its client left before it could be told. */
export type Outcome = 'alive' | 'failed' | 'unknown';

export interface CircuitBreaker {
  /** Before a request. Throws `upstream_suspended`; nothing is sent then. Call the answer with what came of it. */
  enter(origin: string): (outcome: Outcome) => void;
}

interface Trouble {
  /** In a row. */
  failures: number;
  until: number;
  probing: boolean;
}

const LONGEST_PAUSE_MS = 60_000;

/**
 * Leaves an origin alone that failed several times in a row, so that calls fail at once instead of after their time
 * limit, and an upstream that is coming back is not met by all of them. After the pause one request is let through; if
 * it fails, the pause is twice as long.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  const { failures: most = 5, pauseMs = 10_000, now = () => performance.now() } = options;
  const troubles = new Map<string, Trouble>();

  function fail(origin: string): void {
    const trouble = troubles.get(origin) ?? { failures: 0, until: 0, probing: false };
    trouble.failures += 1;
    trouble.probing = false;
    const pause = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (trouble.failures - most));
    if (trouble.failures >= most) trouble.until = now() + pause;
    troubles.set(origin, trouble);
  }

  return {
    enter(origin) {
      const trouble = troubles.get(origin);
      if (trouble !== undefined && trouble.failures >= most) {
        const wait = trouble.until - now();
        if (wait > 0 || trouble.probing) {
          const seconds = Math.max(1, Math.ceil(wait / 1000));
          throw new TenonError('upstream_suspended', { origin, failures: trouble.failures, seconds });
        }
        trouble.probing = true;
      }
      return (outcome) => {
        if (outcome === 'alive') troubles.delete(origin);
        else if (outcome === 'failed') fail(origin);
        else if (trouble !== undefined) trouble.probing = false;
      };
    },
  };
}
