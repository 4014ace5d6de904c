import { TenonError } from '../../errors.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Caller } from './types.ts';

export interface KeyLimiter {
  /**
   * Call the answer once the request's is made. Throws `rate_limited`, `too_many_at_once`, `token_budget_spent`, each
   * with the seconds to wait.
   */
  admit(caller: Caller, spentToday: number): () => void;
  /** OpenAI's rate-limit headers, for clients that pace themselves by them. */
  headers(caller: Caller, spentToday: number): Readonly<Record<string, string>>;
}

export interface Clocks {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds, never going back. */
  readonly monotonic: () => number;
}

/** Counts in memory: a restart fills every bucket. What was spent of a token budget is in the store. */
export function createKeyLimiter({ now, monotonic }: Clocks): KeyLimiter {
  const buckets = new Map<string, TokenBucket>();
  const running = new Map<string, number>();

  function bucketOf({ name, requests_per_minute: rate }: Caller): TokenBucket | null {
    if (rate === undefined) return null;
    // A key's limits do not change while it lives, and names are used once.
    const found = buckets.get(name) ?? new TokenBucket(rate, monotonic);
    buckets.set(name, found);
    return found;
  }

  return {
    admit(caller, spentToday) {
      const { name, concurrency, tokens_per_day: budget } = caller;
      const bucket = bucketOf(caller);
      if (bucket !== null && !bucket.take()) {
        const seconds = atLeastOne(bucket.secondsToNext);
        throw new TenonError('rate_limited', { key: name, limit: caller.requests_per_minute!, seconds });
      }
      if (budget !== undefined && spentToday >= budget) {
        const seconds = secondsToMidnight(now());
        throw new TenonError('token_budget_spent', { key: name, limit: budget, seconds });
      }
      const busy = running.get(name) ?? 0;
      if (concurrency !== undefined && busy >= concurrency) {
        throw new TenonError('too_many_at_once', { key: name, limit: concurrency, seconds: 1 });
      }
      running.set(name, busy + 1);
      return () => {
        const left = (running.get(name) ?? 1) - 1;
        if (left === 0) running.delete(name);
        else running.set(name, left);
      };
    },
    headers: (caller, spentToday) => ({
      ...requestHeaders(caller, bucketOf(caller)),
      ...tokenHeaders(caller.tokens_per_day, spentToday, now()),
    }),
  };
}

function requestHeaders(caller: Caller, bucket: TokenBucket | null): Record<string, string> {
  if (bucket === null) return {};
  return {
    'x-ratelimit-limit-requests': String(caller.requests_per_minute),
    'x-ratelimit-remaining-requests': String(bucket.remaining),
    'x-ratelimit-reset-requests': `${bucket.secondsToFull.toFixed(3)}s`,
  };
}

function tokenHeaders(budget: number | undefined, spent: number, now: number): Record<string, string> {
  if (budget === undefined) return {};
  return {
    'x-ratelimit-limit-tokens': String(budget),
    'x-ratelimit-remaining-tokens': String(Math.max(0, budget - spent)),
    'x-ratelimit-reset-tokens': `${secondsToMidnight(now)}s`,
  };
}

function secondsToMidnight(now: number): number {
  const day = 86_400_000;
  return atLeastOne((day - (now % day)) / 1000);
}

function atLeastOne(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}
