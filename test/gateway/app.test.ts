import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { openTestPorts, type TestPorts } from './ports.ts';

let test: TestPorts;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  test = await openTestPorts({ maxBodyBytes: 20_000 });
  app = createApp(test.ports);
});
afterAll(() => test.close());

const JSON_TYPE = { 'content-type': 'application/json' };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly error: { code: string; param: string | null; message: string; type: string };
  } & Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  body?: RequestInit['body'],
  headers: Record<string, string> = JSON_TYPE,
): Promise<Answer> {
  const response = await app.request(path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

describe('request ids', () => {
  it('are given, and those that come are kept', async () => {
    expect((await ask('GET', '/healthz')).headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    const named = await ask('GET', '/v1/tools/none', undefined, { 'x-request-id': 'job-7_a' });
    expect(named.headers.get('x-request-id')).toBe('job-7_a');
  });

  it('that could forge a log line or a header are replaced', async () => {
    const forged = await ask('GET', '/healthz', undefined, { 'x-request-id': 'a b"c' });
    expect(forged.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });
});

describe('bad requests are coded', () => {
  it.each([
    ['malformed JSON', 'POST', '/v1/calls', '{"input": ', JSON_TYPE, 400, 'invalid_json', null],
    ['no body', 'POST', '/v1/calls', '', JSON_TYPE, 400, 'invalid_json', null],
    [
      'bytes that are not UTF-8',
      'POST',
      '/v1/calls',
      new Uint8Array([34, 255, 34]),
      JSON_TYPE,
      400,
      'invalid_json',
      null,
    ],
    [
      'another content type',
      'POST',
      '/v1/calls',
      '{}',
      { 'content-type': 'text/plain' },
      415,
      'unsupported_media_type',
      null,
    ],
    [
      'no content type',
      'POST',
      '/v1/calls',
      new Uint8Array([123, 125]),
      {},
      415,
      'unsupported_media_type',
      null,
    ],
    ['an array', 'POST', '/v1/calls', '[]', JSON_TYPE, 400, 'invalid_request', null],
    ['a missing member', 'POST', '/v1/calls', '{}', JSON_TYPE, 400, 'invalid_request', 'input'],
    ['an empty input', 'POST', '/v1/calls', '{"input": ""}', JSON_TYPE, 400, 'invalid_request', 'input'],
    [
      'a member of another type',
      'POST',
      '/v1/calls',
      '{"input": "x", "dry_run": "yes"}',
      JSON_TYPE,
      400,
      'invalid_request',
      'dry_run',
    ],
    [
      'an unknown member',
      'POST',
      '/v1/calls',
      '{"input": "x", "inptu": 1}',
      JSON_TYPE,
      400,
      'invalid_request',
      'inptu',
    ],
    [
      'tool and tools',
      'POST',
      '/v1/calls',
      '{"input": "x", "tool": "a", "tools": ["b"]}',
      JSON_TYPE,
      400,
      'invalid_request',
      'tools',
    ],
    [
      'an item of another type',
      'POST',
      '/v1/calls',
      '{"input": "x", "tools": [1]}',
      JSON_TYPE,
      400,
      'invalid_request',
      'tools.0',
    ],
    [
      'a moment that is none',
      'POST',
      '/v1/calls',
      '{"input": "x", "now": "tomorrow"}',
      JSON_TYPE,
      400,
      'invalid_request',
      'now',
    ],
    [
      'a body over the limit',
      'POST',
      '/v1/calls',
      `{"input": "${'x'.repeat(20_000)}"}`,
      JSON_TYPE,
      413,
      'body_too_large',
      null,
    ],
    [
      'a body too deep',
      'POST',
      '/v1/tools',
      '['.repeat(9_000) + ']'.repeat(9_000),
      JSON_TYPE,
      400,
      'body_too_deep',
      null,
    ],
    ['no tools yet', 'POST', '/v1/calls', '{"input": "x"}', JSON_TYPE, 409, 'no_tools_registered', null],
    [
      'an unknown tool',
      'POST',
      '/v1/calls',
      '{"input": "x", "tool": "nope"}',
      JSON_TYPE,
      404,
      'tool_not_found',
      'tool',
    ],
    [
      'a bad idempotency key',
      'POST',
      '/v1/calls',
      '{"input": "x", "tool": "t"}',
      { ...JSON_TYPE, 'idempotency-key': 'a b' },
      400,
      'idempotency_key_invalid',
      'idempotency-key',
    ],
    ['a tool that is none', 'POST', '/v1/tools', '7', JSON_TYPE, 400, 'tool_invalid', ''],
    ['an unknown call', 'GET', '/v1/calls/call_x', undefined, {}, 404, 'call_not_found', null],
    ['an unknown state', 'GET', '/v1/calls?status=done', undefined, {}, 400, 'invalid_request', 'status'],
    ['a limit out of bounds', 'GET', '/v1/calls?limit=1e9', undefined, {}, 400, 'invalid_request', 'limit'],
    ['an unknown review', 'GET', '/v1/reviews/rev_x', undefined, {}, 404, 'review_not_found', null],
    [
      'an unknown decision',
      'POST',
      '/v1/reviews/rev_x',
      '{"decision": "maybe"}',
      JSON_TYPE,
      400,
      'invalid_request',
      'decision',
    ],
    [
      'a correction without arguments',
      'POST',
      '/v1/reviews/rev_x',
      '{"decision": "correct"}',
      JSON_TYPE,
      400,
      'invalid_request',
      'arguments',
    ],
    [
      'an approval with arguments',
      'POST',
      '/v1/reviews/rev_x',
      '{"decision": "approve", "arguments": {}}',
      JSON_TYPE,
      400,
      'invalid_request',
      'arguments',
    ],
    ['an unknown route', 'GET', '/v2/calls', undefined, {}, 404, 'route_not_found', null],
    [
      'a name that does not decode',
      'GET',
      '/v1/tools/%E0%A4%A',
      undefined,
      {},
      404,
      'tool_not_found',
      'tool',
    ],
    ['an adapter as JSON', 'POST', '/v1/adapters', '{}', JSON_TYPE, 400, 'invalid_request', null],
  ] as const)('%s', async (_, method, path, body, headers, status, code, param) => {
    const answer = await ask(method, path, body, headers);
    expect([answer.status, answer.body.error.code, answer.body.error.param]).toEqual([status, code, param]);
  });

  it('a method that a path does not take, with those it does', async () => {
    const { status, headers, body } = await ask('PATCH', '/v1/tools/a');
    expect([status, body.error.code]).toEqual([405, 'method_not_allowed']);
    expect(headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PUT']);
  });

  it('names the known members beside the unknown one', async () => {
    const { body } = await ask('POST', '/v1/calls', '{"inptu": 1}');
    expect(body.error.message).toMatch(/input, tool, tools, dry_run, now/);
  });
});

describe('what is not ours', () => {
  it('leaves as internal with the request id, and its text in the log alone', async () => {
    const registry = {
      ...test.ports.registry,
      list: () => Promise.reject(new Error('secret of the database')),
    };
    const broken = createApp({ ...test.ports, registry });
    const response = await broken.request('/v1/tools', { headers: { 'x-request-id': 'r1' } });
    const text = await response.text();
    expect([response.status, JSON.parse(text).error.code]).toEqual([500, 'internal']);
    expect(text).not.toContain('secret');
    expect(test.logged.at(-1)).toMatchObject({ request_id: 'r1', status: 500 });
    expect(JSON.stringify(test.logged.map(({ err }) => String(err)))).toContain('secret of the database');
  });
});

describe('a web page of another site', () => {
  const local = () => createApp({ ...test.ports, hosts: ['127.0.0.1', 'localhost'] });
  const from = (headers: Record<string, string>) => local().request('/v1/tools', { headers });

  it('cannot use the gateway by its own name for this address', async () => {
    const response = await from({ host: 'evil.example:8787' });
    expect([response.status, ((await response.json()) as Answer['body']).error.code]).toEqual([
      403,
      'host_refused',
    ]);
  });

  it('cannot post from its own origin', async () => {
    const response = await from({ host: '127.0.0.1:8787', origin: 'https://evil.example' });
    expect([response.status, ((await response.json()) as Answer['body']).error.code]).toEqual([
      403,
      'origin_refused',
    ]);
  });

  it('is told apart from programs and from the own pages', async () => {
    expect((await from({ host: '127.0.0.1:8787' })).status).toBe(200);
    expect((await from({ host: 'localhost:8787', origin: 'http://localhost:8787' })).status).toBe(200);
  });
});

describe('/metrics', () => {
  it('counts by route, never by a path or method from outside', async () => {
    await ask('GET', '/v1/tools/some-secret-name');
    await ask('GET', '/some-secret-path');
    await ask('BREW', '/v1/tools');
    const response = await app.request('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toMatch(
      /tenon_http_request_seconds_count\{method="GET",route="\/v1\/tools\/:name",status="404"\} [1-9]/,
    );
    expect(text).toContain('tenon_ready 1');
    expect(text).not.toMatch(/secret|BREW/);
    expect(text).toContain('tenon_engine_requests{state="waiting"} 2');
    expect(text).toContain('tenon_engine_work_total{kind="steps"} 7');
    expect(text).toContain('tenon_engine_draft_tokens_total{kind="habit_accepted"} 3');
    // Asked twice, counted once.
    expect(await (await app.request('/metrics')).text()).toContain('tenon_engine_work_total{kind="steps"} 7');
  });
});

describe('tools over HTTP', () => {
  const manifest = {
    name: 'set_alarm',
    description: 'Set an alarm',
    parameters: {
      type: 'object',
      properties: { time: { type: 'string', format: 'time' }, label: { type: 'string', maxLength: 20 } },
      required: ['time'],
      additionalProperties: false,
    },
  };
  const path = '/v1/tools/set_alarm';

  it('are registered, listed, shown, typed, changed and removed', async () => {
    const added = await ask('POST', '/v1/tools', JSON.stringify(manifest));
    expect([added.status, added.headers.get('location')]).toEqual([201, path]);
    expect(added.body).toMatchObject({ name: 'set_alarm', version: 1, grammar: { unenforced: [] } });
    expect((await ask('GET', '/v1/tools')).body).toMatchObject({
      object: 'list',
      data: [{ name: 'set_alarm' }],
    });
    expect((await ask('GET', path)).body.description).toBe('Set an alarm');

    const types = await app.request(`${path}/types`);
    expect([types.headers.get('content-type'), await types.text()]).toEqual([
      expect.stringContaining('text/plain'),
      expect.stringContaining('label?: string'),
    ]);

    expect(
      (await ask('POST', '/v1/tools', JSON.stringify({ ...manifest, description: 'Other' }))).status,
    ).toBe(409);
    const changed = await ask('PUT', path, JSON.stringify({ ...manifest, description: 'Other' }));
    expect(changed.body.version).toBe(2);

    expect((await app.request(path, { method: 'DELETE' })).status).toBe(204);
    expect((await ask('GET', path)).body.error.code).toBe('tool_not_found');
  });

  it('show their grammar as GBNF', async () => {
    await ask('POST', '/v1/tools', JSON.stringify({ ...manifest, name: 'shown' }));
    const grammar = await app.request('/v1/tools/shown/grammar');
    expect(grammar.headers.get('content-type')).toContain('text/plain');
    expect(await grammar.text()).toContain('root ::=');
  });

  it('whose schema is none are refused with the place', async () => {
    const broken = {
      ...manifest,
      name: 'broken',
      parameters: { type: 'object', properties: { a: { type: 'strnig' } } },
    };
    const { status, body } = await ask('POST', '/v1/tools', JSON.stringify(broken));
    expect([status, body.error.code, body.error.param]).toEqual([
      400,
      'schema_invalid',
      expect.stringContaining('/a'),
    ]);
    expect((await ask('GET', '/v1/tools/broken')).body.error.code).toBe('tool_not_found');
  });
});

describe('the page at /', () => {
  it('escapes what tools say of themselves', async () => {
    const description = 'Tool <img src=x onerror=alert(1)>';
    const manifest = { name: 'sly', description, parameters: { type: 'object', properties: {} } };
    await ask('POST', '/v1/tools', JSON.stringify(manifest));
    const response = await app.request('/');
    expect(await response.text()).not.toContain('<img');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    await app.request('/v1/tools/sly', { method: 'DELETE' });
  });
});
