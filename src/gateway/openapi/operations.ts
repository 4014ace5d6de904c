import { STATES } from '../../calls/index.ts';
import { checkNewKey } from '../keys/index.ts';
import { CHAT_BODY } from '../openai/index.ts';
import { checkCallRequest } from '../routes/calls.ts';
import { checkRotation } from '../routes/keys.ts';
import { checkDecision } from '../routes/reviews.ts';
import { listOf, ref } from './schemas.ts';

export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  /** JSON, by its schema; `multipart`: a form of these fields. */
  readonly body?: object;
  readonly multipart?: Readonly<Record<string, object>>;
  readonly query?: Readonly<Record<string, object>>;
  readonly headers?: Readonly<Record<string, object>>;
  /** What a success is, by status; null: no body. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of errors beside 400, 413, 415 and those of keys. */
  readonly errors?: readonly number[];
}

type Answer = {
  readonly type: 'application/json' | 'text/plain' | 'text/html' | 'text/event-stream';
  readonly schema: object;
} | null;

const json = (schema: object): Answer => ({ type: 'application/json', schema });
const plain: Answer = { type: 'text/plain', schema: { type: 'string' } };

const PAGE = { limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 }, after: { type: 'string' } };
const IDEMPOTENCY = { 'Idempotency-Key': { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' } };
const UPLOAD = {
  'adapter_config.json': { type: 'string', format: 'binary' },
  'adapter_model.safetensors': { type: 'string', format: 'binary' },
};
const MESSAGE = { type: 'object', description: 'A JSON-RPC 2.0 message of MCP' };

/**
 * Every operation, by method and path as the routes are written. What is taken is the schema that the route itself
 * checks by. A route that is missing here, or that is not there any more, fails test/gateway/openapi.test.ts.
 */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /v1/calls': {
    id: 'createCall',
    tag: 'Calls',
    summary: 'Plain language in, one call out',
    body: checkCallRequest.schema,
    headers: IDEMPOTENCY,
    answers: { 200: json(ref('Call')) },
    errors: [404, 409, 422, 429, 503],
  },
  'GET /v1/calls': {
    id: 'listCalls',
    tag: 'Calls',
    summary: 'What happened, newest first',
    query: {
      ...PAGE,
      status: { enum: STATES },
      tool: { type: 'string' },
      since: { type: 'string', format: 'date-time' },
    },
    answers: { 200: json(listOf('CallSummary')) },
  },
  'GET /v1/calls/:id': {
    id: 'getCall',
    tag: 'Calls',
    summary: 'One call, with everything that happened to it',
    answers: { 200: json(ref('CallRecord')) },
    errors: [404],
  },
  'POST /v1/tools': {
    id: 'registerTool',
    tag: 'Tools',
    summary: 'Register a tool',
    body: ref('Manifest'),
    answers: { 201: json(ref('Tool')) },
    errors: [409],
  },
  'GET /v1/tools': {
    id: 'listTools',
    tag: 'Tools',
    summary: 'All tools',
    answers: { 200: json(listOf('Tool')) },
  },
  'GET /v1/tools/:name': {
    id: 'getTool',
    tag: 'Tools',
    summary: 'One tool',
    answers: { 200: json(ref('Tool')) },
    errors: [404],
  },
  'PUT /v1/tools/:name': {
    id: 'replaceTool',
    tag: 'Tools',
    summary: 'A new version of a tool, or the first',
    body: ref('Manifest'),
    answers: { 200: json(ref('Tool')) },
    errors: [409],
  },
  'DELETE /v1/tools/:name': {
    id: 'removeTool',
    tag: 'Tools',
    summary: 'Remove a tool; what was called stays on record',
    answers: { 204: null },
    errors: [404],
  },
  'GET /v1/tools/:name/types': {
    id: 'getToolTypes',
    tag: 'Tools',
    summary: 'TypeScript of the arguments',
    answers: { 200: plain },
    errors: [404],
  },
  'GET /v1/tools/:name/grammar': {
    id: 'getToolGrammar',
    tag: 'Tools',
    summary: 'The grammar of the arguments as GBNF',
    answers: { 200: plain },
    errors: [404],
  },
  'GET /v1/reviews': {
    id: 'listReviews',
    tag: 'Reviews',
    summary: 'What waits for a person, and what was decided',
    query: {
      ...PAGE,
      status: { enum: ['open', 'approved', 'corrected', 'rejected'] },
      tool: { type: 'string' },
      kind: { type: 'string' },
    },
    answers: { 200: json(listOf('ReviewSummary')) },
  },
  'GET /v1/reviews/:id': {
    id: 'getReview',
    tag: 'Reviews',
    summary: 'One review, with its call',
    answers: { 200: json(ref('Review')) },
    errors: [404],
  },
  'POST /v1/reviews/:id': {
    id: 'decideReview',
    tag: 'Reviews',
    summary: 'Approve, correct or reject',
    body: checkDecision.schema,
    answers: { 200: json(ref('Review')) },
    errors: [404, 409, 422],
  },
  'GET /v1/adapters': {
    id: 'listAdapters',
    tag: 'Adapters and models',
    summary: 'The adapters that are loaded',
    answers: { 200: json(listOf('Adapter')) },
  },
  'POST /v1/adapters': {
    id: 'addAdapter',
    tag: 'Adapters and models',
    summary: 'Load an adapter: the two files of a PEFT folder',
    multipart: { name: { type: 'string' }, ...UPLOAD },
    answers: { 200: json(ref('Adapter')), 201: json(ref('Adapter')) },
    errors: [409, 503],
  },
  'GET /v1/adapters/:name': {
    id: 'getAdapter',
    tag: 'Adapters and models',
    summary: 'One adapter, with its versions and the tools that name it',
    answers: { 200: json(ref('Adapter')) },
    errors: [404],
  },
  'PUT /v1/adapters/:name': {
    id: 'replaceAdapter',
    tag: 'Adapters and models',
    summary: 'A new version of an adapter, or the first',
    multipart: UPLOAD,
    answers: { 200: json(ref('Adapter')), 201: json(ref('Adapter')) },
    errors: [503],
  },
  'DELETE /v1/adapters/:name': {
    id: 'removeAdapter',
    tag: 'Adapters and models',
    summary: 'Remove an adapter and all its versions',
    answers: { 204: null },
    errors: [404, 409],
  },
  'GET /v1/models': {
    id: 'listModels',
    tag: 'Adapters and models',
    summary: "The base model and the adapters, in OpenAI's shape",
    answers: {
      200: json({
        type: 'object',
        properties: { object: { const: 'list' }, data: { type: 'array', items: ref('Model') } },
        required: ['object', 'data'],
      }),
    },
  },
  'GET /v1/models/:model': {
    id: 'getModel',
    tag: 'Adapters and models',
    summary: 'One of them',
    answers: { 200: json(ref('Model')) },
    errors: [404],
  },
  'POST /v1/chat/completions': {
    id: 'createChatCompletion',
    tag: 'OpenAI and MCP',
    summary: 'Tool calls and JSON under a schema, validated, never forwarded',
    body: CHAT_BODY,
    answers: { 200: json(ref('ChatCompletion')) },
    errors: [404, 422, 429, 503],
  },
  'POST /mcp': {
    id: 'postMcp',
    tag: 'OpenAI and MCP',
    summary: 'A message of MCP over Streamable HTTP',
    body: MESSAGE,
    headers: IDEMPOTENCY,
    answers: { 200: json(MESSAGE), 202: null },
  },
  'GET /mcp': {
    id: 'getMcp',
    tag: 'OpenAI and MCP',
    summary: 'Refused: there are no sessions',
    answers: {},
    errors: [405],
  },
  'DELETE /mcp': {
    id: 'deleteMcp',
    tag: 'OpenAI and MCP',
    summary: 'Refused: there are no sessions',
    answers: {},
    errors: [405],
  },
  'POST /v1/keys': {
    id: 'addKey',
    tag: 'Keys',
    summary: 'Make a key; its secret is in this answer alone',
    body: checkNewKey.schema,
    answers: { 201: json(ref('KeyWithSecret')) },
    errors: [409],
  },
  'GET /v1/keys': { id: 'listKeys', tag: 'Keys', summary: 'All keys', answers: { 200: json(listOf('Key')) } },
  'GET /v1/keys/:name': {
    id: 'getKey',
    tag: 'Keys',
    summary: 'One key',
    answers: { 200: json(ref('Key')) },
    errors: [404],
  },
  'POST /v1/keys/:name/rotate': {
    id: 'rotateKey',
    tag: 'Keys',
    summary: 'A second secret; the first stays valid for a while',
    body: checkRotation.schema,
    answers: { 200: json(ref('KeyWithSecret')) },
    errors: [404],
  },
  'DELETE /v1/keys/:name': {
    id: 'removeKey',
    tag: 'Keys',
    summary: 'End a key',
    answers: { 204: null },
    errors: [404, 409],
  },
  'GET /v1/audit': {
    id: 'listAudit',
    tag: 'Keys',
    summary: 'Who changed or decided what, newest first',
    query: { ...PAGE, actor: { type: 'string' }, action: { type: 'string' }, target: { type: 'string' } },
    answers: { 200: json(listOf('AuditEntry')) },
  },
  'GET /healthz': {
    id: 'getHealth',
    tag: 'The gateway itself',
    summary: 'The process answers',
    answers: { 200: json({ type: 'object' }) },
  },
  'GET /readyz': {
    id: 'getReadiness',
    tag: 'The gateway itself',
    summary: 'A call would be served now; 503 and the reason where not',
    answers: { 200: json({ type: 'object' }), 503: json({ type: 'object' }) },
  },
  'GET /metrics': {
    id: 'getMetrics',
    tag: 'The gateway itself',
    summary: "Prometheus' text format",
    answers: { 200: plain },
  },
  'GET /openapi.json': {
    id: 'getOpenApi',
    tag: 'The gateway itself',
    summary: 'This document',
    answers: { 200: json({ type: 'object' }) },
  },
  'GET /': {
    id: 'getHome',
    tag: 'The gateway itself',
    summary: 'A page: what is up',
    answers: { 200: { type: 'text/html', schema: { type: 'string' } } },
  },
};
