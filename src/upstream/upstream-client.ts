import { Agent, request } from 'undici';
import { TenonError } from '../errors.ts';
import { buildRequest, type UpstreamRequest } from './build-request.ts';
import { type CircuitBreakerOptions, createCircuitBreaker } from './circuit-breaker.ts';
import { AddressRefused, guardedConnector, type Resolve } from './guarded-connector.ts';
import { isPublicAddress, literalAddress } from './public-address.ts';
import { AnswerTooLarge, parseAnswer, readBytes } from './read-answer.ts';
import { createRedactor, type Environment, redactValue, resolveSecrets } from './secrets.ts';
import { markSent } from './sent-marker.ts';
import type { UpstreamAnswer, UpstreamClient, UpstreamSpec } from './types.ts';

export interface UpstreamClientOptions {
  /** Origins that may be called although their address is private, e.g. `http://127.0.0.1:8788`. Exact. */
  readonly allowedOrigins?: readonly string[];
  /** Where `env:NAME` looks. */
  readonly env: Environment;
  /** The gateway's version, for `User-Agent`. */
  readonly version: string;
  /** Default 1 MiB. */
  readonly maxAnswerBytes?: number;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** When an origin that fails is left alone. */
  readonly breaker?: CircuitBreakerOptions;
  /** Resolves names instead of the system. */
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 10_000;
/** To one origin. Requests beyond them wait, unsent, within their own time limit. */
const CONNECTIONS = 128;

/**
 * Sends one request a call: no retry, no redirect (a 3xx is an answer like any other, and no success).
 * After `upstream_refused`, `upstream_unreachable`, `upstream_suspended`, `upstream_argument_refused` and `secret_*` nothing has
 * been sent; after `upstream_timeout` and `upstream_invalid_answer` the upstream may have acted.
 */
export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const { env, maxAnswerBytes = 1024 * 1024, connectTimeoutMs = 5_000 } = options;
  const allowed = new Set((options.allowedOrigins ?? []).map((origin) => new URL(origin).origin));
  const sent = new WeakSet<object>();
  const breaker = createCircuitBreaker(options.breaker);
  const agent = new Agent({
    connect: guardedConnector({
      allowed,
      connectTimeoutMs,
      ...(options.resolve && { resolve: options.resolve }),
    }),
    allowH2: false,
    // One request a connection at a time: the next one never waits behind an upstream that hangs.
    pipelining: 1,
    connections: CONNECTIONS,
    // The signal ends every phase.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const dispatcher = agent.compose(markSent(sent));

  async function exchange(out: UpstreamRequest, headers: Record<string, string>, signal: AbortSignal) {
    const answer = await request(out.url, {
      dispatcher,
      method: out.method,
      headers,
      body: out.body,
      signal,
    });
    // Giving up on a body makes undici emit an error on it, which nobody may be left to hear.
    answer.body.on('error', () => {});
    const encoding = answer.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      answer.body.destroy();
      throw new UnusableAnswer('it is compressed, which was not asked for');
    }
    const bytes = await readBytes(answer.body, maxAnswerBytes);
    return {
      status: answer.statusCode,
      body: parseAnswer(bytes, String(answer.headers['content-type'] ?? '')),
      ...retryAfter(answer.headers['retry-after']),
    };
  }

  function explain(
    error: unknown,
    origin: string,
    limit: number,
    timedOut: boolean,
    wasSent: boolean,
  ): TenonError {
    const refusedBy = findRefusal(error);
    if (refusedBy) return new TenonError('upstream_refused', { origin, reason: refusedBy.message });
    if (!wasSent) {
      const reason = timedOut ? `not within ${limit} ms` : reasonOf(error);
      return new TenonError('upstream_unreachable', { origin, reason });
    }
    if (timedOut) return new TenonError('upstream_timeout', { origin, limit });
    if (error instanceof AnswerTooLarge) {
      return new TenonError('upstream_invalid_answer', {
        origin,
        reason: `it is larger than ${maxAnswerBytes} bytes`,
      });
    }
    const reason =
      error instanceof UnusableAnswer ? error.message : `the connection broke (${reasonOf(error)})`;
    return new TenonError('upstream_invalid_answer', { origin, reason });
  }

  return {
    async send(spec, args, { idempotencyKey, signal }): Promise<UpstreamAnswer> {
      const out = buildRequest(spec, args);
      checkAddress(out.origin, allowed);
      const secrets = resolveSecrets(spec, env);
      const headers = {
        'user-agent': `tenon/${options.version}`,
        ...out.headers,
        ...secrets,
        ...ownHeaders(spec, idempotencyKey),
      };
      const limit = spec.timeout_ms ?? TIMEOUT_MS;
      const timeout = AbortSignal.timeout(limit);
      const stop = AbortSignal.any(signal ? [timeout, signal] : [timeout]);
      const started = performance.now();
      const settle = breaker.enter(out.origin);
      try {
        signal?.throwIfAborted();
        const answer = await exchange(out, headers, stop);
        settle(answer.status >= 500 ? 'failed' : 'alive');
        const redact = createRedactor(Object.values(secrets));
        return {
          ...answer,
          body: redactValue(answer.body, redact),
          duration_ms: performance.now() - started,
        };
      } catch (error) {
        if (signal?.aborted) {
          settle('unknown');
          throw signal.reason;
        }
        const known = explain(error, out.origin, limit, timeout.aborted, sent.has(stop));
        // An address that may not be called says nothing of whoever is there.
        settle(known.code === 'upstream_refused' ? 'unknown' : 'failed');
        throw known;
      }
    },
    async close() {
      await agent.destroy();
    },
  };
}

/** The upstream answered, and the answer cannot be taken. */
class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfter(header: string | string[] | undefined): { readonly retry_after_ms?: number } {
  if (typeof header !== 'string') return {};
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? {} : { retry_after_ms: Math.max(0, ms) };
}

function ownHeaders(spec: UpstreamSpec, idempotencyKey: string): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (spec.idempotency === 'header') headers['idempotency-key'] = idempotencyKey;
  return headers;
}

/** `URL` has already turned every form of a literal address (decimal, octal, mapped…) into one. */
function checkAddress(origin: string, allowed: ReadonlySet<string>): void {
  const address = literalAddress(new URL(origin).hostname);
  if (address === null || allowed.has(origin) || isPublicAddress(address)) return;
  throw new TenonError('upstream_refused', { origin, reason: `${address} is not a public address` });
}

function findRefusal(error: unknown): AddressRefused | null {
  if (error instanceof AddressRefused) return error;
  return error instanceof AggregateError
    ? (error.errors.map(findRefusal).find((found) => found) ?? null)
    : null;
}

/** A system or undici code says enough, and unlike a message it holds no data. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
