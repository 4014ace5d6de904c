import { type CallChanges, createId } from '../store/index.ts';
import type { OpenCall } from './open-call.ts';
import type { ReviewReason } from './types.ts';

/** Puts a call before a person: its state and the review item become durable together. */
export async function park(
  call: OpenCall,
  reason: ReviewReason,
  changes: CallChanges = {},
  data: object = {},
): Promise<void> {
  const id = createId('rev');
  await call.advance('in_review', changes, { ...data, review: id, reason }, async (within, row) => {
    await within.reviews.insert({
      id,
      call_id: row.id,
      tool: row.tool ?? '',
      tool_version: row.tool_version ?? 0,
      kind: reason.kind,
      message: reason.message,
      issues: JSON.stringify(reason.issues),
      arguments: row.arguments,
      status: 'open',
      created_at: row.updated_at,
      decided_at: null,
      decided_by: null,
      note: null,
      corrected: null,
    });
  });
}
