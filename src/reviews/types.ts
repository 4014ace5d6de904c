import type { CallRecord, ReviewReason } from '../calls/index.ts';
import type { JsonSchema } from '../schema/types.ts';

export type ReviewStatus = 'open' | 'approved' | 'corrected' | 'rejected';

export interface ReviewDecision {
  readonly decision: 'approve' | 'correct' | 'reject';
  /** With `correct`: what the call should have been. */
  readonly arguments?: unknown;
  readonly note?: string;
}

/** A review as it stands in a list. */
export interface ReviewSummary {
  readonly id: string;
  readonly call_id: string;
  readonly status: ReviewStatus;
  readonly input: string;
  readonly tool: string;
  readonly tool_version: number;
  readonly reason: ReviewReason;
  /** As they came to review; null where the model's text could not be read. */
  readonly arguments: unknown;
  readonly created_at: string;
  /** `arguments`: what the person put in their place, where they did. */
  readonly decided: {
    readonly by: string;
    readonly at: string;
    readonly note: string | null;
    readonly arguments?: unknown;
  } | null;
}

/** A review with all that a person needs to decide, and, once decided, what came of it. */
export interface ReviewRecord extends ReviewSummary {
  /** The parameters of the tool's version that the call was made with. */
  readonly schema: JsonSchema;
  readonly call: CallRecord;
}

/** A corrected call, as a training example. */
export interface Correction {
  readonly input: string;
  /** The text that the model was given: the input with its dates worked out. */
  readonly grounded: string | null;
  readonly tool: string;
  readonly tool_version: number;
  /** Null where the model's text could not be read; `text` has it. */
  readonly before: unknown;
  readonly after: unknown;
  readonly text: string | null;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly note: string | null;
  readonly call: string;
  readonly review: string;
}
