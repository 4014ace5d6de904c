import { setTimeout as sleep } from 'node:timers/promises';
import { TenonError } from '../errors.ts';
import { type CallRow, createId, type PageRequest, StoreConflict } from '../store/index.ts';
import type { Tool } from '../tools/types.ts';
import { createAdmission, DEFAULT_LIMIT } from './admission.ts';
import { findCandidates } from './candidates.ts';
import { fail } from './fail.ts';
import { release } from './forward.ts';
import { findKeyed, type KeyedRequest, keyRequest } from './idempotency.ts';
import type { Arguments } from './judge.ts';
import { newRow } from './new-row.ts';
import { type Also, openCall } from './open-call.ts';
import { runPipeline } from './pipeline.ts';
import type { CallPorts } from './ports.ts';
import { type Recovery, recoverCalls } from './recover.ts';
import { toRecord, toResult, toSummary } from './result.ts';
import { createRunning } from './running.ts';
import { type CallState, isRunning } from './states.ts';
import type { CallRecord, CallRequest, CallResult, CallSummary } from './types.ts';

const DEFAULT_CANDIDATES = 8;
/** How long a repeated request waits for a call that runs in another process. */
const JOIN_MS = 60_000;

export interface CallOptions {
  /** The same key with the same request gives the same call, also while it runs. Such a call outlives its client. */
  readonly idempotencyKey?: string;
  /** Who asks; keys are theirs. */
  readonly actor?: string;
  /** The tools that who asks may use; default all. */
  readonly allowedTools?: readonly string[];
  /** Ends the call as `cancelled` while nothing was sent. */
  readonly signal?: AbortSignal;
}

export interface CallListFilter {
  readonly status?: CallState | undefined;
  readonly tool?: string | undefined;
  /** Of any of these tools. */
  readonly tools?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  /** Created at or after, ISO 8601. */
  readonly since?: string | undefined;
}

export interface Calls {
  /**
   * `request` has been checked for its shape. Throws what is wrong with the request: `tool_not_found`,
   * `no_tools_registered`, `invalid_request`, `idempotency_*`, and `queue_full`. What goes wrong with the call is in its result.
   */
  call(request: CallRequest, options?: CallOptions): Promise<CallResult>;
  /** Throws `call_not_found`. */
  get(id: string): Promise<CallRecord>;
  /** Newest first. */
  list(
    filter: CallListFilter,
    page: PageRequest,
  ): Promise<{ readonly data: readonly CallSummary[]; readonly has_more: boolean }>;
  /** Once, at start: ends or parks what a crash left open. */
  recover(): Promise<Recovery>;
  /** Resolves once no call runs here any more, those whose clients have left included: before the store is closed. */
  drain(): Promise<void>;
  /**
   * A person released a call in review, with arguments known to be valid. Throws `call_not_found`, `call_conflict`
   * where it does not wait any more; then `also` did not happen either.
   */
  forward(id: string, args: Arguments, actor: string, also?: Also): Promise<CallResult>;
  /** A person ended a call in review. Throws as `forward` does. */
  reject(id: string, actor: string, note: string | null, also?: Also): Promise<CallResult>;
}

export function createCalls(ports: CallPorts): Calls {
  const { registry, store } = ports;
  const clock = ports.clock ?? (() => new Date());
  const limit = ports.options?.maxCandidates ?? DEFAULT_CANDIDATES;
  const running = createRunning();
  const admission = createAdmission(ports.options?.maxRunning ?? DEFAULT_LIMIT);

  async function receive(
    id: string,
    request: CallRequest,
    candidates: readonly Tool[],
    options: CallOptions,
    keyed: KeyedRequest | null,
    written: () => void,
  ): Promise<CallResult> {
    const now = momentOf(request, clock);
    const row = newRow(id, request, options.actor, clock());
    await store.transaction(async (within) => {
      await within.calls.insert(row, '{}');
      if (keyed !== null)
        await within.idempotency.claim({ ...keyed, call_id: id, created_at: row.created_at });
    });
    const call = openCall(store, row, clock);
    // Whoever gives a key may come back for the answer, so their leaving ends nothing.
    await runPipeline(ports, call, candidates, now, keyed === null ? options.signal : undefined, written);
    return await resultOf(call.row);
  }

  async function resultOf(row: CallRow): Promise<CallResult> {
    return toResult(row, row.state === 'in_review' ? await store.reviews.lastOf(row.id) : null);
  }

  async function find(id: string): Promise<CallRow> {
    const row = await store.calls.get(id);
    if (row === null) throw new TenonError('call_not_found', { id });
    return row;
  }

  /** The answer to a request that came before: of a call that runs here, or runs elsewhere, or has ended. */
  async function join(id: string): Promise<CallResult> {
    const here = running.get(id);
    if (here !== undefined) return await here;
    const until = performance.now() + JOIN_MS;
    let row = await find(id);
    for (let wait = 20; isRunning(row.state as CallState); wait = Math.min(wait * 2, 1000)) {
      if (performance.now() > until) throw new TenonError('call_running', { id });
      await sleep(wait);
      row = await find(id);
    }
    return await resultOf(row);
  }

  /** A call in review, to go on with. */
  async function reopen(id: string) {
    const call = openCall(store, await find(id), clock);
    if (call.state !== 'in_review') throw new TenonError('call_conflict', { id });
    return call;
  }

  async function place(request: CallRequest, options: CallOptions): Promise<CallResult> {
    const keyed =
      options.idempotencyKey === undefined
        ? null
        : keyRequest(request, options.idempotencyKey, options.actor);
    const before = keyed === null ? null : await findKeyed(store, keyed);
    if (before !== null) return await join(before);
    const candidates = await findCandidates(registry, request, limit, options.allowedTools);
    const id = createId('call');
    // What needs no model waits for none.
    const leave = request.arguments === undefined ? admission.enter(request.tool ?? null) : () => undefined;
    try {
      return await running.track(id, receive(id, request, candidates, options, keyed, leave));
    } catch (error) {
      const other = error instanceof StoreConflict && keyed !== null ? await findKeyed(store, keyed) : null;
      if (other === null || other === id) throw error;
      return await join(other);
    } finally {
      leave();
    }
  }

  async function forward(id: string, args: Arguments, actor: string, also?: Also): Promise<CallResult> {
    const call = await reopen(id);
    const tool = await registry.get(call.row.tool ?? '', call.row.tool_version ?? undefined);
    const work = async () => {
      await orCallConflict(id, release(ports, call, tool, args, { released_by: actor }, also));
      return await resultOf(call.row);
    };
    return await running.track(id, work());
  }

  async function reject(id: string, actor: string, note: string | null, also?: Also): Promise<CallResult> {
    const call = await reopen(id);
    const error = new TenonError('rejected', { actor, note: note ? `: ${note}` : '' });
    await orCallConflict(id, fail(call, error, { also }));
    return await resultOf(call.row);
  }

  return {
    async get(id) {
      const row = await find(id);
      return toRecord(row, await store.calls.events(id), await store.reviews.lastOf(id));
    },

    async list({ status, tool, tools, actor, since }, page) {
      const filter = {
        ...(status === undefined ? {} : { state: status }),
        ...(tool === undefined ? {} : { tool }),
        ...(tools === undefined ? {} : { tools }),
        ...(actor === undefined ? {} : { actor }),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      };
      const { data, has_more } = await store.calls.list(filter, page);
      return { data: data.map(toSummary), has_more };
    },

    call: (request, options = {}) => running.busy(place(request, options)),
    forward: (id, args, actor, also) => running.busy(forward(id, args, actor, also)),
    reject: (id, actor, note, also) => running.busy(reject(id, actor, note, also)),
    recover: () => running.busy(recoverCalls(ports, running.has)),
    drain: running.drain,
  };
}

async function orCallConflict(id: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreConflict) throw new TenonError('call_conflict', { id }, { cause: error });
    throw error;
  }
}

function momentOf({ now }: CallRequest, clock: () => Date): Date {
  const moment = now === undefined ? clock() : new Date(now);
  if (!Number.isNaN(moment.getTime()) && (now === undefined || isDay(now.slice(0, 10)))) return moment;
  throw new TenonError(
    'invalid_request',
    { reason: `"now" is no moment in time: ${now}.` },
    { param: 'now' },
  );
}

/** Whether the calendar has it: `Date` takes February 30 for March 2. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}
