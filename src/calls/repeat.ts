import { TenonError } from '../errors.ts';
import type { UpstreamAnswer, UpstreamSpec } from '../upstream/types.ts';

/** What came of sending a request once. */
export type Attempt = { readonly answer: UpstreamAnswer } | { readonly error: unknown };

/** Times a request is sent, the first included. */
const MOST_TIMES = 3;
const FIRST_WAIT_MS = 200;
/** As for a request: when nothing is said, no repetition begins after this. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** The upstream, or the way to it, may be well again in a moment. */
const PASSING = new Set([429, 500, 502, 503, 504]);

export interface Repetition {
  /** Milliseconds. */
  readonly wait: number;
  /** Why: a status, or an error's code. */
  readonly after: number | string;
}

/**
 * Whether to send the same request again, under the same idempotency key, and after how long; null: what came of it
 * stands. Where nothing was sent any request may be repeated; where something may have been, only one whose upstream
 * honours the key. Exponential backoff with full jitter; a Retry-After is waited for. None begins later than the
 * registration's timeout after the first, so that a call takes twice that at most.
 *
 * @param times how often it has been sent
 * @param elapsed milliseconds since it was first sent
 */
export function repetition(
  spec: UpstreamSpec,
  attempt: Attempt,
  times: number,
  elapsed: number,
  random: () => number = Math.random,
): Repetition | null {
  const after = passingTrouble(spec, attempt);
  if (after === null || times >= MOST_TIMES) return null;
  const asked = 'answer' in attempt ? (attempt.answer.retry_after_ms ?? 0) : 0;
  const wait = Math.max(asked, Math.round(random() * FIRST_WAIT_MS * 2 ** (times - 1)));
  return elapsed + wait < (spec.timeout_ms ?? DEFAULT_TIMEOUT_MS) ? { wait, after } : null;
}

function passingTrouble({ idempotency }: UpstreamSpec, attempt: Attempt): number | string | null {
  const keyed = idempotency === 'header';
  if ('answer' in attempt) {
    const { status } = attempt.answer;
    return keyed && PASSING.has(status) ? status : null;
  }
  if (!(attempt.error instanceof TenonError)) return null;
  const { code } = attempt.error;
  if (code === 'upstream_unreachable') return code;
  return keyed && (code === 'upstream_invalid_answer' || code === 'upstream_timeout') ? code : null;
}
