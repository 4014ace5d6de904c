import type { AdapterRow, CallEventRow, CallRow, IdempotencyKeyRow, ReviewRow, ToolRow } from './types.ts';

/** The database as Kysely sees it. */
export interface Tables {
  tools: ToolRow & { readonly removed_at: string | null };
  calls: CallRow;
  call_events: CallEventRow;
  reviews: ReviewRow;
  adapters: AdapterRow;
  idempotency_keys: IdempotencyKeyRow;
}
