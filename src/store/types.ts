/** Rows as they stand in the database. `*_at` are ISO 8601 in UTC, JSON columns are JSON texts: portable everywhere. */

export interface ToolRow {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the manifest in canonical JSON, hex. */
  readonly digest: string;
  /** JSON. */
  readonly manifest: string;
  /** JSON: what the grammar found. */
  readonly report: string;
  /** TypeScript of the parameters. */
  readonly types: string;
  /** GBNF of the parameters. */
  readonly gbnf: string;
  readonly created_at: string;
}

export interface CallRow {
  readonly id: string;
  /** Number of its last event; a writer names the one it saw, so that of two writers one fails. */
  readonly seq: number;
  readonly state: string;
  /** Who asked; null where nobody says. */
  readonly actor: string | null;
  /** The request as it came, JSON. */
  readonly request: string;
  /** The text given to the model: the input with its dates worked out. */
  readonly grounded: string | null;
  readonly tool: string | null;
  readonly tool_version: number | null;
  /** JSON: probability of each candidate. */
  readonly selection: string | null;
  /** What the model wrote, whether or not it is JSON. */
  readonly text: string | null;
  /** JSON: the arguments that hold now, corrected ones included. */
  readonly arguments: string | null;
  readonly confidence: number | null;
  readonly adapter_name: string | null;
  readonly adapter_digest: string | null;
  /** JSON. */
  readonly validation: string | null;
  /** How often it was decided to send the call; a repetition after a crash is the same attempt. */
  readonly attempts: number;
  readonly upstream_status: number | null;
  /** JSON. */
  readonly upstream_body: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** JSON. */
  readonly usage: string;
  /** JSON. */
  readonly timings: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** One thing that happened to a call. Never changed, never deleted. */
export interface CallEventRow {
  readonly call_id: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** The state that the call came into. */
  readonly state: string;
  readonly at: string;
  /** JSON. */
  readonly data: string;
}

export interface ReviewRow {
  readonly id: string;
  readonly call_id: string;
  readonly tool: string;
  readonly tool_version: number;
  readonly kind: string;
  readonly message: string;
  /** JSON. */
  readonly issues: string;
  /** The arguments as they came to review: JSON, or null where there were none. */
  readonly arguments: string | null;
  readonly status: 'open' | 'approved' | 'corrected' | 'rejected';
  readonly created_at: string;
  readonly decided_at: string | null;
  readonly decided_by: string | null;
  readonly note: string | null;
  /** JSON: what the person put in their place. */
  readonly corrected: string | null;
}

export interface AdapterRow {
  readonly name: string;
  /** SHA-256 of configuration and weights, hex. */
  readonly digest: string;
  readonly folder: string;
  /** JSON. */
  readonly info: string;
  readonly created_at: string;
}

export interface IdempotencyKeyRow {
  /** Whose key it is; '' where nobody says. */
  readonly scope: string;
  readonly key: string;
  /** SHA-256 of the request it came with, hex. */
  readonly digest: string;
  readonly call_id: string;
  readonly created_at: string;
}

export interface KeyRow {
  /** Unique for all time, removed keys included: what is recorded as who. */
  readonly name: string;
  /** JSON: list of scopes. */
  readonly scopes: string;
  /** JSON: names of tools; null: all. */
  readonly tools: string | null;
  readonly requests_per_minute: number | null;
  readonly concurrency: number | null;
  readonly tokens_per_day: number | null;
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly removed_at: string | null;
}

/** One secret of a key; while a key is rotated it has two. */
export interface KeySecretRow {
  /** The secret's first characters, by which it is found and recognized. */
  readonly prefix: string;
  /** The key's name. */
  readonly key: string;
  /** SHA-256 of the whole secret, hex. */
  readonly digest: string;
  readonly created_at: string;
  readonly expires_at: string | null;
}

/** One thing that somebody changed or decided. Never changed, never deleted. */
export interface AuditRow {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  /** `tool.register`, `review.approve`… */
  readonly action: string;
  /** What it was done to: a tool's name, a review's id… */
  readonly target: string;
  /** JSON. */
  readonly data: string;
}

/** One page of a list, newest first. */
export interface PageRequest {
  readonly limit: number;
  /** The id after which to go on. */
  readonly after?: string;
}

export interface PageOf<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}
