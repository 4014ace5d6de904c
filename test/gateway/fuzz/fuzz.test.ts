import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ERRORS, TenonError } from '../../../src/errors.ts';
import { openAdapters } from '../../../src/gateway/adapters.ts';
import { createApp } from '../../../src/gateway/app.ts';
import { listen } from '../../../src/gateway/index.ts';
import { OPERATIONS, type OpenApiDocument } from '../../../src/gateway/openapi/index.ts';
import { scriptEngine } from '../../calls/rig.ts';
import { openTestPorts, type TestPorts } from '../ports.ts';
import { createRandom, type Random } from './random.ts';
import { anything, nearly } from './values.ts';

/** `TENON_FUZZ=100000 TENON_FUZZ_SEED=7 npx vitest run test/gateway/fuzz`. */
const REQUESTS = Number(process.env.TENON_FUZZ ?? 1_000);
const SEED = Number(process.env.TENON_FUZZ_SEED ?? 1);

let test: TestPorts;
let app: ReturnType<typeof createApp>;
let document: OpenApiDocument;
let secret: string;
let folder: string;
beforeAll(async () => {
  const random = createRandom(SEED + 1);
  const engine = scriptEngine();
  engine.generates = () => {
    if (random.chance(0.05)) throw new TenonError('engine_unavailable', { reason: 'fuzz' });
    const finish = random.pick(['stop', 'stop', 'stop', 'length', 'dead_end'] as const);
    return {
      text: random.pick(['{}', '{"name":"a"}', '{"name":', 'prose', '[]', 'null', '{"a":"aaaaaaaa!"}']),
      finish,
    };
  };
  engine.selects = () => (random.chance(0.2) ? { tool: null } : {});
  test = await openTestPorts({ maxBodyBytes: 20_000, engine });
  folder = mkdtempSync(join(tmpdir(), 'tenon-fuzz-'));
  const adapters = await openAdapters({
    engine: {
      addAdapter: () => Promise.reject(new TenonError('adapter_invalid', { file: 'x', reason: 'fuzz' })),
      removeAdapter: () => Promise.resolve(),
    },
    store: test.store.adapters,
    shipped: join(folder, 'shipped'),
    uploads: join(folder, 'uploads'),
    toolsOf: () => Promise.resolve([]),
    onChange: () => {},
    log: test.ports.log,
  });
  app = createApp({ ...test.ports, adapters });
  secret = (await test.ports.keys.add({ name: 'root', scopes: ['admin'] }, 'fuzz')).secret;
  document = (await (await app.request('/openapi.json')).json()) as OpenApiDocument;
});
afterAll(async () => {
  await test.close();
  rmSync(folder, { recursive: true, force: true });
});

it(`${REQUESTS} requests from the description, bent: every failure is a coded one`, async () => {
  const random = createRandom(SEED);
  // Those that take a body have more to get wrong.
  const routes = Object.entries(OPERATIONS).flatMap((one) =>
    Array<typeof one>(one[1].body ? 4 : 1).fill(one),
  );
  const seen = new Map<number, number>();
  for (let i = 0; i < REQUESTS; i++) {
    const [route, operation] = random.pick(routes);
    const { path, init } = bend(route, operation.body, random);
    const response = await app.request(path, init);
    const body = await response.text();
    seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    const told = () =>
      `request ${i} of seed ${SEED}: ${init.method} ${path} ${String(init.body).slice(0, 500)}\n${body}`;
    if (response.status >= 400 && init.method !== 'HEAD') expect(isCoded(path, body), told()).toBe(true);
  }
  if (process.env.TENON_FUZZ !== undefined)
    console.log(Object.fromEntries(seen), process.memoryUsage.rss() / 2 ** 20);
  // The point is to get far: what is refused at the door proves little.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 201, 204, 400, 401, 404, 409]));
  expect((await app.request('/healthz')).status).toBe(200);
}, 3_600_000);

function isCoded(path: string, body: string): boolean {
  const value = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } };
  const { code } = value.error ?? {};
  // MCP's errors are JSON-RPC's, with numbers.
  if (path.startsWith('/mcp') && typeof code === 'number') return code !== -32603;
  return typeof code === 'string' && code in ERRORS && code !== 'internal';
}

function bend(route: string, body: object | undefined, random: Random) {
  const [method, pattern] = route.split(' ') as [string, string];
  const path = pattern.replace(/:\w+/g, () => encodeURIComponent(random.pick(NAMES)));
  const query = random.chance(0.2) ? `?${random.pick(QUERIES)}` : '';
  const headers = { 'content-type': 'application/json', ...authorization(random), ...oddHeaders(random) };
  const sent = random.chance(0.97) ? method : random.pick(['PATCH', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']);
  const carries = ['POST', 'PUT', 'PATCH'].includes(sent);
  return {
    path: path + query,
    init: {
      method: sent,
      headers,
      ...(carries ? { body: bytes(body, random) } : {}),
    } as { method: string; headers: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
  };
}

const NAMES = [
  'greet',
  'none',
  'f',
  'a',
  '',
  '..',
  '%00',
  'x'.repeat(300),
  '__proto__',
  'é',
  'call_01',
  '\ud83d\ude00',
];
const QUERIES = [
  'limit=0',
  'limit=200&after=x',
  'status=open',
  'status=done',
  'tool=greet',
  'since=never',
  'since=2026-01-01',
  'after=%00',
  '&&=',
  'limit=1&limit=2',
  'actor=a',
  '__proto__=1',
];

function authorization(random: Random): Record<string, string> {
  if (random.chance(0.9)) return { authorization: `Bearer ${secret}` };
  return random.pick([
    {},
    { authorization: 'Bearer x' },
    { authorization: `Bearer ${secret}x` },
    { authorization: 'Basic Og==' },
  ]);
}

function oddHeaders(random: Random): Record<string, string> {
  if (random.chance(0.8)) return {};
  return random.pick<Record<string, string>>([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'multipart/form-data; boundary=' },
    { 'content-encoding': 'gzip' },
    { 'idempotency-key': 'k' },
    { 'idempotency-key': 'a b' },
    { 'x-request-id': 'a"b' },
    { origin: 'null' },
    { accept: 'image/png' },
    { 'x-actor': 'x'.repeat(5_000) },
    { 'mcp-session-id': 'x', 'mcp-protocol-version': '1999-01-01' },
    { 'content-length': '7' },
  ]);
}

function bytes(schema: object | undefined, random: Random): string | Uint8Array<ArrayBuffer> {
  const kind = random.below(20);
  if (kind === 0) return '';
  if (kind === 1) return JSON.stringify(anything(random)).slice(0, -1);
  if (kind === 2) return new Uint8Array(Array.from({ length: 50 }, () => random.below(256)));
  if (kind === 3) return '['.repeat(random.pick([10, 600, 9_000]));
  if (kind === 4) return `{"a":"${'x'.repeat(25_000)}"}`;
  if (kind === 5) return '{"input":"a","input":{"__proto__":{"x":1}},"__proto__":{"tool":"greet"}}';
  if (kind === 6 || schema === undefined) return JSON.stringify(anything(random));
  return JSON.stringify(nearly(schema as Readonly<Record<string, unknown>>, random, resolve));
}

function resolve(ref: string): Readonly<Record<string, unknown>> {
  const name = ref.split('/').at(-1)!;
  return (document.components.schemas as Record<string, Record<string, unknown>>)[name] ?? {};
}

it('odd bytes on a socket: an answer with a code, or a closed connection, and the gateway goes on', async () => {
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const random = createRandom(SEED);
  const lines = [
    'GET /v1/tools HTTP/1.1',
    'GET http://evil.example/v1/tools HTTP/1.1',
    'GET //v1/keys HTTP/1.1',
    'GET /v1/%6beys HTTP/1.1',
    'GET /%ff%fe HTTP/1.1',
    'GET /v1/tools\u0000 HTTP/1.1',
    'POST /v1/calls HTTP/1.1',
    'POST /mcp HTTP/1.0',
    'CONNECT a:1 HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'get /v1/tools HTTP/9.9',
  ];
  const headers = [
    'Host: 127.0.0.1',
    'Host: a\r\nHost: b',
    'Host: [::1',
    'Content-Length: -1',
    'Content-Length: 5\r\nContent-Length: 6',
    'Transfer-Encoding: chunked\r\nContent-Length: 3',
    'Transfer-Encoding: chunked, identity',
    'Content-Type: application/json',
    ' folded: x',
    'X: \u0001\u0002',
    'Authorization: Bearer',
    'Expect: 100-continue',
    'Upgrade: websocket\r\nConnection: Upgrade',
    `X: ${'y'.repeat(3_000)}`,
    'Connection: close',
  ];
  for (let i = 0; i < 300; i++) {
    const some = Array.from({ length: random.below(4) }, () => random.pick(headers));
    const body = random.pick(['', '{}', '5\r\nhello\r\n', 'zz\r\n']);
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(`${[random.pick(lines), ...some, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    const answer = await text(socket).catch(() => '');
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
    const told = `${i}: ${some.join(' | ')} -> ${answer.slice(0, 300)}`;
    if (status >= 500) expect(answer, told).toMatch(/"code":"(?!internal)\w+"/);
  }
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await server.close(0);
});
