/** The outgoing call as registered. `{argument}` holes may stand in the path, the query and the body only. */
export interface UpstreamSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute http(s) URL; its origin is fixed, its path and query may hold `{argument}`. */
  readonly url: string;
  /** Fixed headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Query parameters: a fixed text, or one `{argument}`; left out when the argument is absent or null. A list
   * is joined by commas, an object is JSON.
   */
  readonly query?: Readonly<Record<string, string>>;
  /**
   * A JSON template: a string that is exactly `{argument}` becomes that argument's value with its type (the
   * member is left out when the argument is absent). Without it, arguments used in neither path nor query
   * become the JSON body (POST, PUT, PATCH) or the query (GET, DELETE).
   */
  readonly body?: unknown;
  /** Header → `env:NAME`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Default 10,000. */
  readonly timeout_ms?: number;
  /** `header`: the upstream honours `Idempotency-Key`, so a call may be repeated; default `none`. */
  readonly idempotency?: 'header' | 'none';
  /** Refused until requests can be signed. */
  readonly sign?: unknown;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Parsed when JSON, else text; null when empty. */
  readonly body: unknown;
  readonly duration_ms: number;
  /** What the answer's Retry-After asks to wait for, in milliseconds. */
  readonly retry_after_ms?: number;
}

export interface UpstreamClient {
  /**
   * Sends exactly one request. Any HTTP answer resolves, 3xx (never followed), 4xx and 5xx included, with the
   * values of the spec's secrets taken out of it. Throws where nothing was sent: `upstream_refused` (address not
   * allowed), `upstream_unreachable` (no connection), `upstream_suspended` (the origin failed too often just now),
   * `upstream_argument_refused`, `secret_missing`, `secret_invalid`; and where the upstream may have acted: `upstream_timeout`, `upstream_invalid_answer`.
   */
  send(
    spec: UpstreamSpec,
    args: Readonly<Record<string, unknown>>,
    options: { readonly idempotencyKey: string; readonly signal?: AbortSignal },
  ): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}
