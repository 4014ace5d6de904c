import type { CallRow } from '../store/index.ts';
import { EMPTY_TIMINGS, EMPTY_USAGE } from './open-call.ts';
import type { CallRequest } from './types.ts';

/** A call as it is received, before anything is known of it. */
export function newRow(id: string, request: CallRequest, actor: string | undefined, at: Date): CallRow {
  return {
    id,
    seq: 1,
    state: 'received',
    actor: actor ?? null,
    request: JSON.stringify(request),
    grounded: null,
    tool: null,
    tool_version: null,
    selection: null,
    text: null,
    arguments: null,
    confidence: null,
    adapter_name: null,
    adapter_digest: null,
    validation: null,
    attempts: 0,
    upstream_status: null,
    upstream_body: null,
    error_code: null,
    error_message: null,
    usage: EMPTY_USAGE,
    timings: EMPTY_TIMINGS,
    created_at: at.toISOString(),
    updated_at: at.toISOString(),
  };
}
