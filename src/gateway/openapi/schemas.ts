import { SCOPES } from '../keys/index.ts';

/** Shapes of answers, for `components.schemas`. Members may be added; none changes its meaning. */

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const count = { type: 'integer', minimum: 0 };
const moment = { type: 'string', format: 'date-time' };
const momentOrNull = { type: ['string', 'null'], format: 'date-time' };
const share = { type: ['number', 'null'], minimum: 0, maximum: 1 };
const milliseconds = { type: 'number', minimum: 0 };
const strings = { type: 'array', items: text };
export const ref = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` });

function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required };
}

const issues = { type: 'array', items: { $ref: '#/components/schemas/Issue' } };
const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });
const reason = object({ kind: text, message: text, issues });

const call = {
  id: text,
  status: text,
  tool: textOrNull,
  arguments: {},
  confidence: share,
  adapter: orNull(object({ name: text, digest: text })),
  validation: orNull(object({ valid: { type: 'boolean' }, errors: issues })),
  upstream: orNull(object({ status: { type: 'integer' }, body: {} })),
  usage: object({ prompt_tokens: count, completion_tokens: count, forced_tokens: count, passes: count }),
  timings: object({
    select_ms: milliseconds,
    prefill_ms: milliseconds,
    decode_ms: milliseconds,
    validate_ms: milliseconds,
    forward_ms: milliseconds,
    total_ms: milliseconds,
  }),
  review: object({ id: text, reason }),
  error: object({ code: text, message: text }),
};

const summary = {
  ...call,
  input: text,
  dry_run: { type: 'boolean' },
  actor: textOrNull,
  tool_version: { type: ['integer', 'null'] },
  created_at: moment,
  updated_at: moment,
};

const sites = { type: 'array', items: object({ keyword: text, pointer: text }) };

const manifest = {
  name: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' },
  description: { type: 'string', minLength: 1, maxLength: 1024 },
  parameters: { type: 'object', description: 'A JSON Schema with "type": "object"' },
  upstream: {
    type: 'object',
    description:
      'Where its calls go: method, url, headers, query, body, secrets, timeout_ms, idempotency. docs/tools.md',
  },
  adapter: text,
  policy: { type: 'object', description: 'min_confidence, destructive. docs/tools.md' },
  examples: { type: 'array', items: object({ input: text, arguments: { type: 'object' } }) },
};
const OPTIONAL_MANIFEST = ['upstream', 'adapter', 'policy', 'examples'];

const review = {
  id: text,
  call_id: text,
  status: { enum: ['open', 'approved', 'corrected', 'rejected'] },
  input: text,
  tool: text,
  tool_version: { type: 'integer' },
  reason,
  arguments: {},
  created_at: moment,
  decided: orNull(object({ by: text, at: moment, note: textOrNull, arguments: {} }, ['arguments'])),
};

const adapter = {
  name: text,
  digest: text,
  rank: count,
  alpha: { type: 'number' },
  parameters: count,
  bytes: count,
  targets: strings,
};

const key = {
  name: text,
  scopes: { type: 'array', items: { enum: SCOPES } },
  tools: strings,
  requests_per_minute: count,
  concurrency: count,
  tokens_per_day: count,
  expires_at: moment,
  secrets: { type: 'array', items: object({ prefix: text, created_at: moment, expires_at: momentOrNull }) },
  tokens_today: count,
  created_at: moment,
  created_by: text,
};
const OPTIONAL_KEY = ['tools', 'requests_per_minute', 'concurrency', 'tokens_per_day', 'expires_at'];

export const schemas = {
  Error: object({
    error: object({ message: text, type: text, code: text, param: textOrNull, details: issues }, ['details']),
  }),
  Issue: object({ pointer: text, keyword: text, message: text }),
  Call: object(call, ['review', 'error']),
  CallSummary: object(summary, ['review', 'error']),
  CallRecord: object(
    {
      ...summary,
      grounded: textOrNull,
      text: textOrNull,
      selection: orNull({ type: 'array', items: object({ tool: text, probability: { type: 'number' } }) }),
      events: {
        type: 'array',
        items: object({ seq: count, state: text, at: moment, data: { type: 'object' } }),
      },
    },
    ['review', 'error'],
  ),
  Manifest: object(manifest, OPTIONAL_MANIFEST),
  Tool: object(
    {
      ...manifest,
      version: count,
      digest: text,
      grammar: object({ checked: sites, unenforced: sites }),
      created_at: moment,
    },
    OPTIONAL_MANIFEST,
  ),
  ReviewSummary: object(review),
  Review: object({ ...review, schema: {}, call: { $ref: '#/components/schemas/CallRecord' } }),
  Adapter: object(adapter),
  Model: object({ id: text, object: { const: 'model' }, created: count, owned_by: text }),
  Key: object(key, OPTIONAL_KEY),
  KeyWithSecret: object({ ...key, secret: text }, OPTIONAL_KEY),
  AuditEntry: object({
    id: text,
    at: moment,
    actor: text,
    action: text,
    target: text,
    data: { type: 'object' },
  }),
  ChatCompletion: object({
    id: text,
    object: { const: 'chat.completion' },
    created: count,
    model: text,
    system_fingerprint: text,
    choices: {
      type: 'array',
      items: object({
        index: count,
        message: { type: 'object' },
        logprobs: { type: 'null' },
        finish_reason: { enum: ['stop', 'tool_calls', 'length'] },
      }),
    },
    usage: { type: 'object' },
  }),
} as const satisfies Readonly<Record<string, object>>;

/** OpenAI's list shape. */
export function listOf(name: keyof typeof schemas): object {
  return object({
    object: { const: 'list' },
    data: { type: 'array', items: ref(name) },
    has_more: { type: 'boolean' },
  });
}
