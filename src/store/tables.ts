import type {
  AdapterRow,
  AuditRow,
  CallEventRow,
  CallRow,
  IdempotencyKeyRow,
  KeyRow,
  KeySecretRow,
  ReviewRow,
  ToolRow,
} from './types.ts';

/** The database as Kysely sees it. */
export interface Tables {
  tools: ToolRow & { readonly removed_at: string | null };
  calls: CallRow;
  call_events: CallEventRow;
  reviews: ReviewRow;
  adapters: AdapterRow;
  idempotency_keys: IdempotencyKeyRow;
  api_keys: KeyRow;
  api_key_secrets: KeySecretRow;
  api_key_usage: { readonly key: string; readonly day: string; readonly tokens: number };
  audit_log: AuditRow;
}
