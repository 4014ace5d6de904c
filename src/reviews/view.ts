import { type CallRequest, toReason } from '../calls/index.ts';
import type { ReviewRow } from '../store/index.ts';
import type { ReviewSummary } from './types.ts';

export function toSummary(row: ReviewRow & { readonly request: string }): ReviewSummary {
  const request = JSON.parse(row.request) as CallRequest;
  return {
    id: row.id,
    call_id: row.call_id,
    status: row.status,
    input: request.input,
    tool: row.tool,
    tool_version: row.tool_version,
    reason: toReason(row),
    arguments: row.arguments === null ? null : JSON.parse(row.arguments),
    created_at: row.created_at,
    decided: decided(row),
  };
}

function decided(row: ReviewRow): ReviewSummary['decided'] {
  if (row.status === 'open') return null;
  const by = { by: row.decided_by ?? '', at: row.decided_at ?? '', note: row.note };
  return row.corrected === null ? by : { ...by, arguments: JSON.parse(row.corrected) };
}
