import type { Issue } from '../errors.ts';
import type { CallState } from './states.ts';

export interface CallRequest {
  readonly input: string;
  /** One tool by name: no selection. */
  readonly tool?: string;
  /** With `tool`: the arguments as a program brought them. Nothing is generated; they are judged like any others. */
  readonly arguments?: unknown;
  /** Choose among these; default all registered. */
  readonly tools?: readonly string[];
  /** Stop after validation: nothing is forwarded. */
  readonly dry_run?: boolean;
  /**
   * The moment that "tomorrow" is relative to, ISO 8601 with offset; default now. Its offset says whose "8pm" is meant;
   * with `Z`, or none given, the gateway's zone does.
   */
  readonly now?: string;
}

/** Final as the caller sees them. The states on the way are in `states.ts`. */
export type CallStatus = 'forwarded' | 'validated' | 'in_review' | 'no_tool' | 'failed';

/** Why a call waits for a person. One model for every source. */
export interface ReviewReason {
  readonly kind:
    | 'validation'
    | 'truncated'
    | 'dead_end'
    | 'low_confidence'
    | 'destructive'
    | 'upstream_rejected'
    | 'interrupted';
  readonly message: string;
  readonly issues: readonly Issue[];
}

export interface CallResult {
  readonly id: string;
  readonly status: CallStatus;
  readonly tool: string | null;
  readonly arguments: unknown;
  /**
   * P(tool) × P(arguments | tool): the selection's probability times the generation's; the generation's alone where
   * the tool was named. The selection's alone where none fits, or where nothing was generated.
   */
  readonly confidence: number | null;
  /** Name and digest of the adapter that made the arguments; null: the base model. */
  readonly adapter: { readonly name: string; readonly digest: string } | null;
  readonly validation: { readonly valid: boolean; readonly errors: readonly Issue[] } | null;
  readonly upstream: { readonly status: number; readonly body: unknown } | null;
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly forced_tokens: number;
    readonly passes: number;
  };
  /** `total_ms`: Tenon's and the upstream's time, not what a person took to decide. */
  readonly timings: {
    readonly select_ms: number;
    readonly prefill_ms: number;
    readonly decode_ms: number;
    readonly validate_ms: number;
    readonly forward_ms: number;
    readonly total_ms: number;
  };
  /** Present when `in_review`. */
  readonly review?: { readonly id: string; readonly reason: ReviewReason };
  /** Present when `failed`. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** One thing that happened: the state the call came into, when, and what belongs to it. */
export interface CallEvent {
  readonly seq: number;
  readonly state: CallState;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A call as it stands in a list. */
export interface CallSummary extends Omit<CallResult, 'status' | 'review'> {
  readonly status: CallState;
  readonly input: string;
  readonly dry_run: boolean;
  readonly actor: string | null;
  readonly tool_version: number | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A call with everything that happened to it, every attempt to send it included. */
export interface CallRecord extends CallSummary {
  /** The text given to the model: the input with its dates worked out. */
  readonly grounded: string | null;
  /** What the model wrote. */
  readonly text: string | null;
  /** Each candidate's probability, best first; null where the tool was named. */
  readonly selection: readonly { readonly tool: string; readonly probability: number }[] | null;
  readonly review?: { readonly id: string; readonly reason: ReviewReason };
  readonly events: readonly CallEvent[];
}
