import type { CallEventRow, CallRow, ReviewRow } from '../store/index.ts';
import type { CallState } from './states.ts';
import type {
  CallEvent,
  CallRecord,
  CallRequest,
  CallResult,
  CallStatus,
  CallSummary,
  ReviewReason,
} from './types.ts';

/** The answer to who asked. The same row gives the same answer, so a repeated request gets what the first got. */
export function toResult(row: CallRow, review: ReviewRow | null): CallResult {
  return { ...outcome(row), status: row.state as CallStatus, ...reviewPart(row, review) };
}

export function toSummary(row: CallRow): CallSummary {
  const request = JSON.parse(row.request) as CallRequest;
  return {
    ...outcome(row),
    status: row.state as CallState,
    input: request.input,
    dry_run: request.dry_run === true,
    actor: row.actor,
    tool_version: row.tool_version,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function toRecord(
  row: CallRow,
  events: readonly CallEventRow[],
  review: ReviewRow | null,
): CallRecord {
  return {
    ...toSummary(row),
    grounded: row.grounded,
    text: row.text,
    selection: parsed(row.selection) as CallRecord['selection'],
    ...reviewPart(row, review),
    events: events.map(toEvent),
  };
}

/** Of a review row: why the call waits, or waited. */
export function toReason(review: ReviewRow): ReviewReason {
  const { kind, message, issues } = review;
  return { kind: kind as ReviewReason['kind'], message, issues: JSON.parse(issues) };
}

function outcome(row: CallRow): Omit<CallResult, 'status' | 'review'> {
  return {
    id: row.id,
    tool: row.tool,
    arguments: parsed(row.arguments),
    confidence: row.confidence,
    adapter:
      row.adapter_name === null || row.adapter_digest === null
        ? null
        : { name: row.adapter_name, digest: row.adapter_digest },
    validation: parsed(row.validation) as CallResult['validation'],
    upstream:
      row.upstream_status === null ? null : { status: row.upstream_status, body: parsed(row.upstream_body) },
    usage: JSON.parse(row.usage),
    timings: JSON.parse(row.timings),
    ...(row.error_code === null ? {} : { error: { code: row.error_code, message: row.error_message ?? '' } }),
  };
}

function reviewPart(row: CallRow, review: ReviewRow | null): Pick<CallResult, 'review'> {
  if (row.state !== 'in_review' || review === null) return {};
  return { review: { id: review.id, reason: toReason(review) } };
}

function toEvent({ seq, state, at, data }: CallEventRow): CallEvent {
  return { seq, state: state as CallState, at, data: JSON.parse(data) };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
