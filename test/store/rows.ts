import { createId } from '../../src/store/ids.ts';
import type { CallRow, ReviewRow, ToolRow } from '../../src/store/index.ts';

const AT = '2026-11-23T11:00:00.000Z';

export function toolRow(name: string, version: number, over: Partial<ToolRow> = {}): ToolRow {
  return {
    name,
    version,
    digest: 'd',
    manifest: '{}',
    report: '{}',
    types: '',
    gbnf: '',
    created_at: AT,
    ...over,
  };
}

export function callRow(over: Partial<CallRow> = {}): CallRow {
  return {
    id: createId('call'),
    seq: 1,
    state: 'received',
    actor: null,
    request: '{"input":"hello"}',
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
    usage: '{}',
    timings: '{}',
    created_at: AT,
    updated_at: AT,
    ...over,
  };
}

export function reviewRow(call_id: string, over: Partial<ReviewRow> = {}): ReviewRow {
  return {
    id: createId('rev'),
    call_id,
    tool: 'book_table',
    tool_version: 1,
    kind: 'validation',
    message: 'm',
    issues: '[]',
    arguments: '{}',
    status: 'open',
    created_at: AT,
    decided_at: null,
    decided_by: null,
    note: null,
    corrected: null,
    ...over,
  };
}
