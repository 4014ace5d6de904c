import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { type Listening, listen } from '../../src/gateway/index.ts';
import { bookTable, PARAMETERS, startUpstream, type Upstream } from '../calls/rig.ts';
import { openTestPorts, type TestPorts } from './ports.ts';

let test: TestPorts;
let server: Listening;
let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
  test = await openTestPorts({ maxBodyBytes: 100_000, allowedOrigins: [upstream.origin] });
  server = await listen(createApp(test.ports), { host: '127.0.0.1', port: 0 });
  const { registry } = test.ports;
  await registry.register(bookTable(upstream.origin));
  await registry.register(bookTable(upstream.origin, { name: 'wreck', policy: { destructive: true } }));
  await registry.register({ name: 'note', description: 'Note it', parameters: PARAMETERS });
});
afterAll(async () => {
  await test.close();
  await upstream.close();
});
beforeEach(() => {
  upstream.answer = () => ({ status: 201, body: { id: 'BK-1' } });
  upstream.received.length = 0;
});

type Era = 'legacy' | 'auto';

async function connect(
  era: Era,
  headers: Record<string, string> = {},
  onTools?: () => void,
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      versionNegotiation: { mode: era },
      ...(onTools && { listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: onTools } } }),
    },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }),
  );
  return client;
}

const GOOD = { name: 'Luigi', guests: 4 };

describe.each(['legacy', 'auto'] as const)('a client of the %s kind', (era) => {
  let client: Client;
  beforeAll(async () => {
    client = await connect(era);
  });
  afterAll(() => client.close());
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });

  it('speaks the revision it wants', () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'tenon', version: '0.0.0' });
    expect(client.getServerCapabilities()?.tools).toEqual({ listChanged: true });
    expect(client.getNegotiatedProtocolVersion()).toMatch(era === 'auto' ? /^2026-/ : /^2025-/);
  });

  it('is given every tool, with what it takes, what it gives and what it may do', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['book_table', 'note', 'wreck']);
    const tool = await test.ports.registry.get('book_table');
    expect(tools[0]).toMatchObject({
      description: 'Book a table in a restaurant',
      inputSchema: tool.parameters,
      outputSchema: { type: 'object', required: ['call', 'status', 'upstream'] },
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    });
    expect(tools[2]?.annotations?.destructiveHint).toBe(true);
  });

  it('has a good call validated, sent once and recorded', async () => {
    const result = await call('book_table', GOOD);
    expect(result).toMatchObject({
      isError: false,
      content: [{ type: 'text', text: '{"id":"BK-1"}' }],
      structuredContent: { status: 'forwarded', upstream: { status: 201, body: { id: 'BK-1' } } },
    });
    expect(upstream.received).toEqual([expect.objectContaining({ url: '/bookings', body: GOOD })]);
    const { call: id } = result.structuredContent as { call: string };
    const record = await test.ports.calls.get(id);
    expect(record).toMatchObject({
      status: 'forwarded',
      tool: 'book_table',
      arguments: GOOD,
      confidence: null,
    });
    expect(record.events.map(({ state }) => state)).toEqual([
      'received',
      'selected',
      'generated',
      'forwarding',
      'forwarded',
    ]);
  });

  it('hears where bad arguments are wrong; they wait for a person and are sent once corrected', async () => {
    const result = await call('book_table', { name: '', guests: 40 });
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { status: 'in_review', upstream: null },
    });
    const { review, errors } = result.structuredContent as {
      review: { id: string };
      errors: { pointer: string }[];
    };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['/guests', '/name']);
    expect(JSON.stringify(result.content)).toContain('/guests');
    expect(upstream.received).toEqual([]);

    const decided = await test.ports.reviews.decide(
      review.id,
      { decision: 'correct', arguments: GOOD },
      'eva',
    );
    expect([decided.status, decided.call.status]).toEqual(['corrected', 'forwarded']);
    expect(upstream.received).toHaveLength(1);
  });

  it('is told that a destructive call waits, which is no error', async () => {
    const result = await call('wreck', GOOD);
    expect(result).toMatchObject({
      isError: false,
      structuredContent: { status: 'in_review', review: { kind: 'destructive' } },
    });
    expect(JSON.stringify(result.content)).toContain('Not sent yet');
    expect(upstream.received).toEqual([]);
  });

  it('is told what the API refused, and when it failed', async () => {
    upstream.answer = () => ({ status: 422, body: { reason: 'closed on Mondays' } });
    const refused = await call('book_table', GOOD);
    expect(refused).toMatchObject({
      isError: true,
      structuredContent: { upstream: { status: 422, body: { reason: 'closed on Mondays' } } },
    });
    expect(JSON.stringify(refused.content)).toContain('closed on Mondays');
    upstream.answer = () => ({ status: 503 });
    const failed = await call('book_table', GOOD);
    expect(failed).toMatchObject({
      isError: true,
      structuredContent: { status: 'failed', errors: [{ keyword: 'upstream_failed' }] },
    });
    expect(upstream.received).toHaveLength(2);
  });

  it('a tool without an API is validated and goes nowhere', async () => {
    expect(await call('note', GOOD)).toMatchObject({
      isError: false,
      structuredContent: { status: 'validated' },
    });
  });

  it('a tool that is not there is an error of the protocol', async () => {
    await expect(call('nothing', {})).rejects.toMatchObject({
      code: -32602,
      data: { code: 'tool_not_found' },
    });
  });
});

describe('exactly once', () => {
  it('the same Idempotency-Key is the same call', async () => {
    const client = await connect('auto', { 'idempotency-key': 'mcp-1' });
    const first = await client.callTool({ name: 'book_table', arguments: GOOD });
    const second = await client.callTool({ name: 'book_table', arguments: GOOD });
    expect(second.structuredContent).toEqual(first.structuredContent);
    expect(upstream.received).toHaveLength(1);
    const other = client.callTool({ name: 'book_table', arguments: { ...GOOD, guests: 5 } });
    await expect(other).rejects.toMatchObject({ data: { code: 'idempotency_mismatch' } });
    await client.close();
  });
});

describe('a change of the tools', () => {
  it('is told to clients that listen', async () => {
    let heard = (): void => {};
    const changed = new Promise<void>((resolve) => (heard = resolve));
    const client = await connect('auto', {}, () => heard());
    await test.ports.registry.register(bookTable(upstream.origin, { name: 'another' }));
    await changed;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('another');
    await client.close();
    await test.ports.registry.remove('another');
  });
});

describe('what is no MCP', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body,
    });

  it.each([
    ['malformed JSON', '{"jsonrpc"', 400],
    ['no message', '{}', 400],
    ['a list of nothing', '[]', 400],
    ['a number', '7', 400],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"tools/steal"}', 200],
    [
      'arguments that are no object',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"note","arguments":[1]}}',
      200,
    ],
    [
      'arguments too deep',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"note","arguments":{"a":${'['.repeat(300)}${']'.repeat(300)}}}}`,
      200,
    ],
    [
      'a body too large',
      `{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":"${'x'.repeat(100_000)}"}}`,
      413,
    ],
  ])('%s is refused as an error, and nothing falls over', async (_, body, status) => {
    const response = await post(body);
    const text = await response.text();
    expect([response.status, text.includes('rror')]).toEqual([status, true]);
    expect(text).not.toMatch(/node_modules|at .*\.ts/);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('another method, another content type', async () => {
    expect((await fetch(`${server.url}/mcp`, { method: 'PUT' })).status).toBe(405);
    expect((await fetch(`${server.url}/mcp`)).status).toBe(405);
    expect((await post('x', { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

// Last, for from here on everybody needs a key, and then it is closed.
describe('keys', () => {
  it('say who calls, and which tools there are', async () => {
    const { keys, calls } = test.ports;
    await keys.add({ name: 'root', scopes: ['admin'] }, 'test');
    await expect(connect('auto')).rejects.toThrow();
    const { secret } = await keys.add({ name: 'agent', scopes: ['call'], tools: ['note'] }, 'test');
    const client = await connect('auto', { authorization: `Bearer ${secret}` });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['note']);
    const result = await client.callTool({ name: 'note', arguments: GOOD });
    const { call } = result.structuredContent as { call: string };
    expect((await calls.get(call)).actor).toBe('agent');
    const other = client.callTool({ name: 'book_table', arguments: GOOD });
    await expect(other).rejects.toMatchObject({ data: { code: 'tool_not_allowed' } });
    await client.close();
  });

  it('a client that listens does not keep the gateway from closing', async () => {
    const { secret } = await test.ports.keys.add({ name: 'listener', scopes: ['call'] }, 'test');
    const client = await connect('auto', { authorization: `Bearer ${secret}` }, () => {});
    await test.ports.mcp.close();
    // Would outlast the test if the stream were still open.
    await server.close(120_000);
    await client.close();
  });
});
