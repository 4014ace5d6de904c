import type { Usage } from '../engine/types.ts';
import type { CallChanges, CallRow, Repositories, Store } from '../store/index.ts';
import { type CallState, checkTransition } from './states.ts';
import type { CallRequest, CallResult } from './types.ts';

export type Timings = CallResult['timings'];

const NO_USAGE: Usage = { prompt_tokens: 0, completion_tokens: 0, forced_tokens: 0, passes: 0 };
const NO_TIME: Timings = {
  select_ms: 0,
  prefill_ms: 0,
  decode_ms: 0,
  validate_ms: 0,
  forward_ms: 0,
  total_ms: 0,
};

export const EMPTY_USAGE = JSON.stringify(NO_USAGE);
export const EMPTY_TIMINGS = JSON.stringify(NO_TIME);

/** Becomes durable together with a call's next state, or not at all. `row` is the call as that state leaves it. */
export type Also = (within: Repositories, row: CallRow) => Promise<void>;

/** A call being worked on: its row as last written, and the one way to change it. */
export interface OpenCall {
  readonly id: string;
  readonly row: CallRow;
  readonly state: CallState;
  readonly request: CallRequest;
  /** Adds to what the call has cost; written with the next state. */
  spend(cost: { readonly usage?: Usage; readonly timings?: Partial<Timings> }): void;
  /**
   * Into the next state, durably, with an event that carries `data`; `also` becomes durable with it or not at all.
   * Throws `call_transition_illegal`, and StoreConflict where somebody else moved the call.
   */
  advance(state: CallState, changes: CallChanges, data: object, also?: Also): Promise<void>;
}

export function openCall(store: Store, found: CallRow, clock: () => Date): OpenCall {
  let row = found;
  let usage: Usage = JSON.parse(found.usage);
  let timings: Timings = JSON.parse(found.timings);
  const started = performance.now() - timings.total_ms;

  return {
    id: row.id,
    request: JSON.parse(row.request) as CallRequest,
    get row() {
      return row;
    },
    get state() {
      return row.state as CallState;
    },
    spend(cost) {
      usage = add(usage, cost.usage ?? {});
      timings = add(timings, cost.timings ?? {});
    },
    async advance(state, changes, data, also) {
      checkTransition(row.id, row.state as CallState, state);
      timings = { ...timings, total_ms: performance.now() - started };
      const written = {
        ...changes,
        usage: JSON.stringify(usage),
        timings: JSON.stringify(timings, rounded),
        updated_at: clock().toISOString(),
      };
      row = await store.transaction(async (within) => {
        const next = await within.calls.advance(row, state, written, JSON.stringify(data));
        await also?.(within, next);
        return next;
      });
    },
  };
}

function add<T extends object>(sum: T, more: Partial<T>): T {
  const total = { ...sum } as Record<string, number>;
  for (const [key, value] of Object.entries(more as Record<string, number>))
    total[key] = (total[key] ?? 0) + value;
  return total as T;
}

/** To a microsecond: more is noise. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
