/** What a key may do. `admin` may do everything. */
export const SCOPES = ['call', 'register', 'review', 'train', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a key is limited to; what is left out is not limited. */
export interface KeyLimits {
  /** Tools it may call, see and review. */
  readonly tools?: readonly string[];
  /** Refilled evenly; as many may come at once. */
  readonly requests_per_minute?: number;
  /** Requests that may run at the same time. */
  readonly concurrency?: number;
  /** Prompt and completion tokens in one day of UTC. */
  readonly tokens_per_day?: number;
  /** ISO 8601; from then on the key is refused. */
  readonly expires_at?: string;
}

/** As `POST /v1/keys` takes it. */
export interface NewKey extends KeyLimits {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** A key as it may be shown: its secrets are known to nobody but who was given them. */
export interface ApiKey extends NewKey {
  readonly secrets: readonly {
    /** How the secret begins, to recognize it by. */
    readonly prefix: string;
    readonly created_at: string;
    /** Set once a newer one has taken its place. */
    readonly expires_at: string | null;
  }[];
  readonly tokens_today: number;
  readonly created_at: string;
  readonly created_by: string;
}

/** Shown once, when it is made. */
export interface KeyWithSecret extends ApiKey {
  readonly secret: string;
}

/** Who asks, once a key has proved it. */
export type Caller = Pick<ApiKey, 'name' | 'scopes'> & KeyLimits;
