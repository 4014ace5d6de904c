import type { Sampling } from '../../engine/types.ts';
import { createCheck } from '../check.ts';
import { readMessages } from './messages.ts';
import { isRecord, unsupported } from './refuse.ts';
import { readFormat } from './response-format.ts';
import { readChoice, readTools } from './tools.ts';
import type { ChatRequest } from './types.ts';

interface Body {
  readonly model: string;
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  readonly tool_choice?: unknown;
  readonly response_format?: unknown;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

const boolean = { type: 'boolean' };
const count = { type: 'integer', minimum: 1, maximum: 1_000_000 };

const checkBody = createCheck<Body>({
  type: 'object',
  properties: {
    model: { type: 'string', minLength: 1, maxLength: 200 },
    messages: { type: 'array', items: { type: 'object' }, minItems: 1, maxItems: 2048 },
    tools: { type: 'array', items: { type: 'object' }, minItems: 1, maxItems: 128 },
    tool_choice: {},
    parallel_tool_calls: boolean,
    response_format: { type: 'object' },
    max_tokens: count,
    max_completion_tokens: count,
    temperature: { type: 'number', minimum: 0, maximum: 2 },
    top_p: { type: 'number', minimum: 0, maximum: 1 },
    seed: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    stream: boolean,
    stream_options: {
      type: 'object',
      properties: { include_usage: boolean, include_obfuscation: boolean },
      additionalProperties: false,
    },
    // Known to OpenAI and of no consequence here.
    user: { type: 'string' },
    safety_identifier: { type: 'string' },
    metadata: { type: 'object' },
    prompt_cache_key: { type: 'string' },
    prompt_cache_retention: { type: 'string' },
    prompt_cache_options: { type: 'object' },
    // Looked at one by one in `refuseUnserved`.
    ...Object.fromEntries(
      [
        'audio',
        'frequency_penalty',
        'function_call',
        'functions',
        'logit_bias',
        'logprobs',
        'modalities',
        'moderation',
        'n',
        'prediction',
        'presence_penalty',
        'reasoning_effort',
        'service_tier',
        'stop',
        'store',
        'top_logprobs',
        'verbosity',
        'web_search_options',
      ].map((name) => [name, {}]),
    ),
  },
  required: ['model', 'messages'],
  additionalProperties: false,
});

/**
 * Values that ask for nothing, by parameter; any other value is refused by name rather than passed over, for a client
 * would take the answer for what it asked for.
 */
const NEUTRAL: Readonly<Record<string, readonly [values: readonly unknown[], why: string]>> = {
  audio: [[], 'the model writes no audio'],
  frequency_penalty: [[0], 'tokens are drawn by the model and the grammar alone'],
  function_call: [[], 'use tool_choice'],
  functions: [[], 'use tools'],
  logit_bias: [[{}], 'tokens are drawn by the model and the grammar alone'],
  logprobs: [[false], 'the engine reports a confidence per argument instead, on POST /v1/calls'],
  modalities: [[['text']], 'the model writes text only'],
  moderation: [[], 'nothing is moderated here'],
  n: [[1], 'there is one answer a request; send the request again for another'],
  prediction: [[], 'drafts are copied from the request already'],
  presence_penalty: [[0], 'tokens are drawn by the model and the grammar alone'],
  reasoning_effort: [['none'], 'the model does not reason before it answers'],
  service_tier: [['auto', 'default'], 'there is one tier'],
  stop: [[[]], 'it would cut JSON in the middle; the grammar knows where the answer ends'],
  store: [[false], 'completions are not stored'],
  top_logprobs: [[0], 'the engine reports a confidence per argument instead, on POST /v1/calls'],
  verbosity: [['medium'], 'the answer is as long as its schema makes it'],
  web_search_options: [[], 'nothing is looked up'],
};

/** The parameters as they are described; what is refused by its value is among them. */
export const CHAT_BODY = checkBody.schema;

/** Reads OpenAI's parameters. Throws `invalid_request`, `unsupported_parameter`, `text_unsupported`. */
export function readChatRequest(value: unknown): ChatRequest {
  const body = checkBody(withoutNulls(value));
  refuseUnserved(body);
  const { input, unread } = readMessages(body.messages);
  const tools = readTools(body.tools ?? []);
  return {
    model: body.model,
    input,
    unread,
    tools,
    choice: readChoice(body.tool_choice, tools),
    format: readFormat(body.response_format),
    maxTokens: body.max_completion_tokens ?? body.max_tokens,
    sampling: samplingOf(body),
    stream: body.stream ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
  };
}

/** A parameter that is null is one that is not there. */
function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function refuseUnserved(body: object): void {
  for (const [name, value] of Object.entries(body)) {
    const [values, why] = NEUTRAL[name] ?? [null, ''];
    if (values === null) continue;
    const text = JSON.stringify(value);
    if (!values.some((neutral) => JSON.stringify(neutral) === text)) throw unsupported(name, why);
  }
}

/** Greedy unless a temperature is given: the same request then has the same answer. */
function samplingOf({ temperature, top_p, seed }: Body): Sampling | undefined {
  if (temperature === undefined || temperature === 0) return undefined;
  return {
    temperature,
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(seed === undefined ? {} : { seed }),
  };
}
