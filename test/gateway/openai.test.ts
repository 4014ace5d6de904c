import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { type Listening, listen } from '../../src/gateway/index.ts';
import { type ScriptedEngine, scriptEngine } from '../calls/rig.ts';
import { openTestPorts, type TestPorts } from './ports.ts';

let test: TestPorts;
let server: Listening;
let engine: ScriptedEngine;
let client: OpenAI;
beforeAll(async () => {
  engine = scriptEngine();
  test = await openTestPorts({ maxBodyBytes: 300_000, engine });
  server = await listen(createApp(test.ports), { host: '127.0.0.1', port: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await server.close(0);
  await test.close();
});
beforeEach(() => {
  engine.selects = () => ({});
  engine.generates = () => ({ text: ARGUMENTS });
  engine.generated.length = 0;
  engine.selected.length = 0;
});

const ARGUMENTS = '{"restaurant":"Zur Goldenen Möwe 🦞","guests":4}';

const BOOK: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'book_table',
    description: 'Book a table',
    strict: true,
    parameters: {
      type: 'object',
      properties: { restaurant: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
      required: ['restaurant', 'guests'],
      additionalProperties: false,
    },
  },
};
const CANCEL: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: { name: 'cancel', description: 'Cancel' },
};

type Params = OpenAI.ChatCompletionCreateParamsNonStreaming;
const ask = (over: Partial<Params> = {}): Params => ({
  model: 'none',
  messages: [{ role: 'user', content: 'a table for four at the seagull' }],
  tools: [BOOK, CANCEL],
  ...over,
});
const json = (over: object = {}): Partial<Params> => ({
  tools: undefined as never,
  response_format: {
    type: 'json_schema',
    json_schema: {
      name: 'booking',
      schema: BOOK.type === 'function' ? BOOK.function.parameters! : {},
      ...over,
    },
  },
});

describe('a call', () => {
  it('is answered as OpenAI does', async () => {
    const { data, request_id } = await client.chat.completions.create(ask()).withResponse();
    expect(data).toEqual({
      id: expect.stringMatching(/^chatcmpl-[\w-]{24}$/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'none',
      system_fingerprint: expect.stringMatching(/^fp_/),
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            refusal: null,
            annotations: [],
            tool_calls: [
              {
                id: expect.stringMatching(/^call_[\w-]{24}$/),
                type: 'function',
                function: { name: 'book_table', arguments: ARGUMENTS },
              },
            ],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: expect.objectContaining({ prompt_tokens: 50, completion_tokens: 13, total_tokens: 63 }),
    });
    expect(request_id).toMatch(/^[\w-]{36}$/);
  });

  it('leaves nothing behind: no call, no request', async () => {
    await client.chat.completions.create(ask());
    expect((await test.ports.calls.list({}, { limit: 10 })).data).toEqual([]);
  });

  it('reads the last message alone, and says how many it did not read', async () => {
    const { data, response } = await client.chat.completions
      .create(
        ask({
          messages: [
            { role: 'system', content: 'You are a waiter.' },
            {
              role: 'user',
              content: [
                { type: 'text', text: 'two' },
                { type: 'text', text: 'lines' },
              ],
            },
          ],
        }),
      )
      .withResponse();
    expect(engine.generated[0]?.input).toBe('two\nlines');
    expect(response.headers.get('x-tenon-unread-messages')).toBe('1');
    expect(data.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('passes on max_completion_tokens, temperature, top_p and seed', async () => {
    await client.chat.completions.create(
      ask({ max_completion_tokens: 9, temperature: 0.5, top_p: 0.9, seed: 7 }),
    );
    expect(engine.generated[0]).toMatchObject({
      maxTokens: 9,
      sampling: { temperature: 0.5, topP: 0.9, seed: 7 },
    });
    await client.chat.completions.create(ask({ max_tokens: 8, temperature: 0 }));
    expect(engine.generated[1]).toMatchObject({ maxTokens: 8 });
    expect(engine.generated[1]?.sampling).toBeUndefined();
  });

  it('cut at the limit says length, and shows what there is', async () => {
    engine.generates = () => ({ text: '{"restaurant":"Zur', finish: 'length' });
    const { choices } = await client.chat.completions.create(ask());
    expect(choices[0]?.finish_reason).toBe('length');
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { arguments: '{"restaurant":"Zur' },
    });
  });

  it('that does not fit its schema is no answer', async () => {
    engine.generates = () => ({ text: '{"restaurant":"x","guests":0}' });
    const failure = await client.chat.completions.create(ask()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.UnprocessableEntityError);
    expect(failure).toMatchObject({
      code: 'output_invalid',
      error: { details: [{ pointer: '/guests', keyword: 'minimum' }] },
    });
    engine.generates = () => ({ text: '{', finish: 'dead_end' });
    await expect(client.chat.completions.create(ask())).rejects.toMatchObject({ code: 'output_invalid' });
    engine.generates = () => ({ text: 'Sure! Here is your call:' });
    await expect(client.chat.completions.create(ask())).rejects.toMatchObject({ code: 'output_invalid' });
  });
});

describe('tool_choice', () => {
  const nothing = {
    tool: null,
    confidence: 0.9,
    scores: [
      { tool: 'cancel', probability: 0.06 },
      { tool: 'book_table', probability: 0.04 },
    ],
  };
  const nameOf = ({ choices }: OpenAI.ChatCompletion) => {
    const called = choices[0]?.message.tool_calls?.[0];
    return called?.type === 'function' ? called.function.name : null;
  };

  it('auto: a tool, or a refusal where none fits', async () => {
    expect(nameOf(await client.chat.completions.create(ask({ tool_choice: 'auto' })))).toBe('book_table');
    engine.selects = () => nothing;
    const { choices } = await client.chat.completions.create(ask());
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: null, refusal: expect.stringContaining('no prose') },
    });
    expect(choices[0]?.message).not.toHaveProperty('tool_calls');
  });

  it('required: the best there is, whether or not it fits', async () => {
    engine.selects = () => nothing;
    engine.generates = () => ({ text: '{}' });
    expect(nameOf(await client.chat.completions.create(ask({ tool_choice: 'required' })))).toBe('cancel');
  });

  it('a function by name: nothing is selected', async () => {
    const tool_choice = { type: 'function', function: { name: 'book_table' } } as const;
    expect(nameOf(await client.chat.completions.create(ask({ tool_choice })))).toBe('book_table');
    expect(engine.selected).toEqual([]);
  });

  it('allowed_tools: among those named', async () => {
    const allowed = (mode: 'auto' | 'required'): Partial<Params> => ({
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'book_table' } }] },
      },
    });
    await client.chat.completions.create(ask(allowed('auto')));
    expect(engine.selected[0]?.candidates.map(({ name }) => name)).toEqual(['book_table']);
    expect(nameOf(await client.chat.completions.create(ask(allowed('required'))))).toBe('book_table');
  });

  it('none: JSON where a format asks for it, else an error that says why', async () => {
    const { choices } = await client.chat.completions.create(
      ask({ ...json(), tools: [BOOK], tool_choice: 'none' }),
    );
    expect(choices[0]?.message).toMatchObject({ content: ARGUMENTS });
    await expect(client.chat.completions.create(ask({ tool_choice: 'none' }))).rejects.toMatchObject({
      status: 400,
      code: 'text_unsupported',
      param: 'tool_choice',
    });
  });

  it.each([
    ['a function that is not there', { type: 'function', function: { name: 'x' } }],
    ['a mode that is none', 'sometimes'],
    ['a list of nothing', { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } }],
    ['a custom tool', { type: 'custom', custom: { name: 'x' } }],
    ['a number', 7],
  ])('%s is refused', async (_, tool_choice) => {
    const failure = client.chat.completions.create(ask({ tool_choice: tool_choice as never }));
    await expect(failure).rejects.toMatchObject({
      status: 400,
      param: expect.stringContaining('tool_choice'),
    });
  });
});

describe('tools', () => {
  const registered = {
    name: 'registered',
    description: 'What the registry says',
    parameters: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  };
  const call = (parameters?: Record<string, unknown>, name = 'registered') =>
    client.chat.completions.create(
      ask({
        tools: [{ type: 'function', function: { name, ...(parameters && { parameters }) } }],
        tool_choice: 'required',
      }),
    );

  it('without parameters are the registered ones of their names', async () => {
    await test.ports.registry.register(registered);
    engine.generates = () => ({ text: '{"a":"x"}' });
    await call();
    expect(engine.generated[0]?.tool).toMatchObject(registered);
    engine.generates = () => ({ text: '{}' });
    await call(undefined, 'unregistered');
    expect(engine.generated[1]?.tool.parameters).toEqual({
      type: 'object',
      properties: {},
      additionalProperties: false,
    });
  });

  it('with the parameters of a registered one are that one, with others they are not', async () => {
    engine.generates = () => ({ text: '{"a":"x"}' });
    await call({ required: ['a'], type: 'object', properties: { a: { type: 'string' } } });
    expect(engine.generated[0]?.tool.description).toBe('What the registry says');
    await call({ type: 'object', properties: { a: { type: 'string', maxLength: 9 } } });
    expect(engine.generated[1]?.tool.description).toBe('');
  });

  it('more than the model can choose among are narrowed by full-text search', async () => {
    const many = Array.from({ length: 40 }, (_, i) => ({
      type: 'function' as const,
      function: { name: `tool_${i}`, description: i === 33 ? 'Reserve a seagull' : 'Something else' },
    }));
    engine.generates = () => ({ text: '{}' });
    await client.chat.completions.create(ask({ tools: many }));
    expect(engine.selected[0]?.candidates).toHaveLength(8);
    expect(engine.selected[0]?.candidates[0]?.name).toBe('tool_33');
  });

  it.each([
    ['that is no schema', { type: 'object', properties: { a: { type: 'strnig' } } }, 'schema_invalid'],
    ['that is no object', { type: 'string' }, 'invalid_request'],
    ['that points elsewhere', { type: 'object', $ref: 'https://example.com/a' }, 'schema_ref_remote'],
    [
      'with an enum too long',
      { type: 'object', properties: { a: { enum: Array.from({ length: 6000 }, (_, i) => i) } } },
      'schema_too_large',
    ],
    [
      'with a pattern that cannot be run',
      { type: 'object', properties: { a: { patternProperties: { '(a)\\1': true }, type: 'object' } } },
      'schema_pattern_unsupported',
    ],
    [
      'that nothing fits',
      { type: 'object', properties: { a: false }, required: ['a'] },
      'schema_unsatisfiable',
    ],
  ])('with a schema %s are refused with the place', async (_, parameters, code) => {
    await expect(call(parameters)).rejects.toMatchObject({
      status: 400,
      code,
      param: expect.stringMatching(/^tools\.0\.function\.parameters/),
    });
  });
});

describe('more at once than are served', () => {
  it('are refused with the time to wait: RateLimitError', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    engine.generates = async () => {
      await gate;
      return { text: ARGUMENTS };
    };
    const named = ask({ tool_choice: { type: 'function', function: { name: 'book_table' } } });
    const failures: unknown[] = [];
    let refused = (): void => {};
    const first = new Promise<void>((resolve) => (refused = resolve));
    const all = Array.from({ length: 30 }, () =>
      client.chat.completions.create(named).catch((error: unknown) => {
        failures.push(error);
        if (failures.length === 6) refused();
      }),
    );
    await first;
    release();
    await Promise.all(all);
    expect(failures).toHaveLength(6);
    expect(failures[0]).toBeInstanceOf(OpenAI.RateLimitError);
    expect(failures[0]).toMatchObject({ code: 'queue_full' });
  });
});

describe('response_format', () => {
  it('json_schema: a JSON text under the schema', async () => {
    const { choices } = await client.chat.completions.create(ask(json({ description: 'A booking' })));
    expect(choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: ARGUMENTS, refusal: null },
    });
    expect(engine.generated[0]?.tool).toMatchObject({ name: 'booking', description: 'A booking' });
  });

  it('json_object: any object', async () => {
    await client.chat.completions.create(
      ask({ tools: undefined as never, response_format: { type: 'json_object' } }),
    );
    expect(engine.generated[0]?.tool.parameters).toEqual({ type: 'object' });
  });

  it('beside tools: JSON where no tool fits', async () => {
    engine.selects = () => ({ tool: null });
    const { choices } = await client.chat.completions.create(ask({ ...json(), tools: [CANCEL] }));
    expect(choices[0]?.message.content).toBe(ARGUMENTS);
  });

  it('the SDK parses it', async () => {
    const parsed = await client.chat.completions.parse(ask(json()));
    expect(parsed.choices[0]?.message.content).toBe(ARGUMENTS);
  });

  it('a schema under the same bounds as tools', async () => {
    await expect(
      client.chat.completions.create(ask(json({ schema: { type: 'nothing' } }))),
    ).rejects.toMatchObject({
      code: 'schema_invalid',
      param: expect.stringContaining('response_format.json_schema.schema'),
    });
  });
});

describe('streaming', () => {
  const stream = async (over: object = {}) => {
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await client.chat.completions.create({ ...ask(), stream: true, ...over })) {
      chunks.push(chunk);
    }
    return chunks;
  };

  it('names the call once, its arguments in fragments, why it ended, under one id', async () => {
    const chunks = await stream();
    const deltas = chunks.map(({ choices }) => choices[0]?.delta);
    const id = expect.stringMatching(/^call_/);
    expect(deltas[0]).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ index: 0, id, type: 'function', function: { name: 'book_table', arguments: '' } }],
    });
    expect(deltas.length).toBeGreaterThan(3);
    expect(
      deltas
        .slice(1, -1)
        .map((delta) => delta?.tool_calls?.[0]?.function?.arguments)
        .join(''),
    ).toBe(ARGUMENTS);
    expect(deltas[1]?.tool_calls?.[0]).not.toHaveProperty('id');
    expect(deltas.at(-1)).toEqual({});
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      ...Array(chunks.length - 1).fill(null),
      'tool_calls',
    ]);
    expect(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.created} ${chunk.object}`)).size).toBe(1);
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('ends with what it cost, where that is asked for', async () => {
    const chunks = await stream({ stream_options: { include_usage: true } });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 63 } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it('of JSON and of refusals', async () => {
    const texts = await stream(json());
    expect(texts.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(ARGUMENTS);
    expect(texts.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    engine.selects = () => ({ tool: null });
    const refused = await stream();
    expect(refused.map(({ choices }) => choices[0]?.delta.refusal ?? '').join('')).toContain('no prose');
  });

  it("is put together again by the SDK's own accumulator", async () => {
    const runner = client.chat.completions.stream({
      ...ask(),
      stream: true,
      stream_options: { include_usage: true },
    });
    const final = await runner.finalChatCompletion();
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ function: { name: 'book_table', arguments: ARGUMENTS } }] },
    });
    expect(final.usage?.total_tokens).toBe(63);
  });

  it('is server-sent events that end with [DONE]; an error is no stream', async () => {
    const post = (body: object) =>
      fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const response = await post({ ...ask(), stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    expect(
      text
        .split('\n\n')
        .slice(0, -1)
        .every((event) => /^data: \S/.test(event)),
    ).toBe(true);
    const refused = await post({ ...ask(), stream: true, n: 2 });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/json']);
  });
});

describe("the SDK's typed errors", () => {
  const failure = (over: object) =>
    client.chat.completions.create({ ...ask(), ...over }).catch((error: unknown) => error);

  it.each([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['top_logprobs', { top_logprobs: 5 }],
    ['stop', { stop: '}' }],
    ['frequency_penalty', { frequency_penalty: 1 }],
    ['presence_penalty', { presence_penalty: -1 }],
    ['logit_bias', { logit_bias: { 50256: -100 } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['store', { store: true }],
    ['functions', { functions: [] }],
    ['reasoning_effort', { reasoning_effort: 'high' }],
    ['web_search_options', { web_search_options: {} }],
    ['service_tier', { service_tier: 'priority' }],
  ])('%s is refused by name', async (param, over) => {
    const error = await failure(over);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: 'unsupported_parameter', param, type: 'invalid_request_error' });
  });

  it('parameters that ask for nothing, and those of no consequence, pass', async () => {
    const neutral = {
      n: 1,
      logprobs: false,
      stop: null,
      frequency_penalty: 0,
      presence_penalty: 0,
      logit_bias: {},
      modalities: ['text'],
      store: false,
      service_tier: 'auto',
      parallel_tool_calls: true,
      user: 'u',
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      temperature: null,
    };
    await client.chat.completions.create({ ...ask(), ...neutral } as Params);
  });

  it.each([
    ['an unknown parameter', { fancy: true }, 'fancy'],
    ['no messages', { messages: [] }, 'messages'],
    ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, 'messages.0.role'],
    ['an empty message', { messages: [{ role: 'user', content: ' ' }] }, 'messages.0.content'],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages.0.content.0.type',
    ],
    ['two functions of one name', { tools: [BOOK, BOOK] }, 'tools.1.function.name'],
    ['a custom tool', { tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools.0.type'],
    ['a tool choice without tools', { tools: null, tool_choice: 'auto' }, 'tool_choice'],
    ['a temperature of boiling', { temperature: 100 }, 'temperature'],
    ['no tokens', { max_tokens: 0 }, 'max_tokens'],
    ['an unknown format', { response_format: { type: 'yaml' } }, 'response_format.type'],
  ])('%s: BadRequestError', async (_, over, param) => {
    const error = await failure(over);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ param });
  });

  it('prose: what could only be answered by it', async () => {
    const history = [
      { role: 'user', content: 'x' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'cancel', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'done' },
    ];
    expect(await failure({ messages: history })).toMatchObject({
      code: 'text_unsupported',
      param: 'messages.2.role',
    });
    expect(await failure({ tools: null })).toMatchObject({ code: 'text_unsupported', param: 'tools' });
  });

  it('an unknown model: NotFoundError', async () => {
    const error = await failure({ model: 'gpt-4o' });
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ code: 'model_unknown', param: 'model' });
  });
});

describe('models', () => {
  it('are listed and found', async () => {
    const listed: string[] = [];
    for await (const { id } of client.models.list()) listed.push(id);
    expect(listed).toEqual(['none']);
    expect(await client.models.retrieve('none')).toMatchObject({ object: 'model', owned_by: 'tenon' });
    await expect(client.models.retrieve('gpt-4o')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

// Last, for from here on everybody needs a key.
describe('keys', () => {
  it('are the API key of the SDK: AuthenticationError, PermissionDeniedError, RateLimitError', async () => {
    const root = await test.ports.keys.add({ name: 'root', scopes: ['admin'] }, 'test');
    await expect(client.chat.completions.create(ask())).rejects.toBeInstanceOf(OpenAI.AuthenticationError);

    const with_ = (apiKey: string) => new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0 });
    expect((await with_(root.secret).chat.completions.create(ask())).choices).toHaveLength(1);

    const reviewer = await test.ports.keys.add({ name: 'reviewer', scopes: ['review'] }, 'test');
    await expect(with_(reviewer.secret).chat.completions.create(ask())).rejects.toBeInstanceOf(
      OpenAI.PermissionDeniedError,
    );

    const few = { name: 'few', scopes: ['call'] as const, tokens_per_day: 60, tools: ['other'] };
    const { secret } = await test.ports.keys.add(few, 'test');
    const named = ask({ tools: [{ type: 'function', function: { name: 'registered' } }] });
    await expect(with_(secret).chat.completions.create(named)).rejects.toMatchObject({
      code: 'tool_not_allowed',
    });
    await with_(secret).chat.completions.create(ask());
    const spent = await with_(secret)
      .chat.completions.create(ask())
      .catch((error: unknown) => error);
    expect(spent).toBeInstanceOf(OpenAI.RateLimitError);
    expect(spent).toMatchObject({ code: 'token_budget_spent', headers: expect.anything() });
  });
});
