import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CallPorts, createCalls } from '../../src/calls/index.ts';
import type {
  GenerateRequest,
  Generation,
  RequestOptions,
  Selection,
  SelectRequest,
} from '../../src/engine/types.ts';
import { createReviews } from '../../src/reviews/index.ts';
import { createValidator } from '../../src/schema/index.ts';
import { openStore } from '../../src/store/index.ts';
import { createRegistry } from '../../src/tools/index.ts';
import { createUpstreamClient } from '../../src/upstream/index.ts';

/** A Monday, noon in Berlin. */
export const NOW = new Date('2026-11-23T12:00:00+01:00');

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

export interface Upstream {
  readonly origin: string;
  readonly received: Received[];
  /** What it answers next; may look around or wait first. */
  answer: (
    request: Received,
  ) => { status: number; body?: unknown } | Promise<{ status: number; body?: unknown }>;
  close(): Promise<void>;
}

/** A real HTTP service on a port of its own. */
export async function startUpstream(): Promise<Upstream> {
  const server: Server = createServer(async (request, response) => {
    const seen = await read(request);
    upstream.received.push(seen);
    const { status, body } = await upstream.answer(seen);
    if (status === 0) return void request.socket.destroy();
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? { ok: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: Upstream = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: () => ({ status: 201 }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return upstream;
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    key: request.headers['idempotency-key'] as string | undefined,
    body: text === '' ? null : JSON.parse(text),
  };
}

/** An engine that answers what the test says: the pipeline is what is tested here, the model elsewhere. */
export interface ScriptedEngine {
  selects: (
    request: SelectRequest,
    options?: RequestOptions,
  ) => Partial<Selection> | Promise<Partial<Selection>>;
  generates: (
    request: GenerateRequest,
    options?: RequestOptions,
  ) => Partial<Generation> | Promise<Partial<Generation>>;
  readonly selected: SelectRequest[];
  readonly generated: GenerateRequest[];
  select(request: SelectRequest, options?: RequestOptions): Promise<Selection>;
  generate(request: GenerateRequest, options?: RequestOptions): Promise<Generation>;
}

export function scriptEngine(): ScriptedEngine {
  const engine: ScriptedEngine = {
    selects: () => ({}),
    generates: () => ({}),
    selected: [],
    generated: [],
    async select(request, options) {
      engine.selected.push(request);
      return {
        tool: request.candidates[0]?.name ?? null,
        confidence: 0.9,
        scores: request.candidates.map(({ name }, i) => ({ tool: name, probability: i === 0 ? 0.9 : 0.05 })),
        usage: { prompt_tokens: 30, completion_tokens: 3, forced_tokens: 1, passes: 2 },
        timings: { select_ms: 2 },
        ...(await engine.selects(request, options)),
      };
    },
    async generate(request, options) {
      engine.generated.push(request);
      return {
        text: '{"name":"Luigi","guests":4}',
        finish: 'stop',
        confidence: 0.8,
        fields: [
          { pointer: '/name', confidence: 0.95 },
          { pointer: '/guests', confidence: 0.6 },
        ],
        usage: { prompt_tokens: 20, completion_tokens: 10, forced_tokens: 5, passes: 4 },
        timings: { prefill_ms: 3, decode_ms: 4 },
        ...(await engine.generates(request, options)),
      };
    },
  };
  return engine;
}

export const PARAMETERS = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1 },
    guests: { type: 'integer', minimum: 1, maximum: 12 },
    at: { type: 'string', format: 'date-time' },
  },
  required: ['name', 'guests'],
  additionalProperties: false,
};

export function bookTable(origin: string, over: object = {}): object {
  return {
    name: 'book_table',
    description: 'Book a table in a restaurant',
    parameters: PARAMETERS,
    upstream: { method: 'POST', url: `${origin}/bookings`, timeout_ms: 500 },
    ...over,
  };
}

/** One for all the tests of a file: starting its threads costs more than the tests. */
export function sharedValidator() {
  return createValidator({ threads: 1 });
}

const grammar = {
  compile: async () => ({ report: { checked: [], unenforced: [] }, gbnf: '' }),
  close: async () => {},
};

/** A gateway's inside on a folder of its own: everything real but the engine. */
export async function createRig(validator: ReturnType<typeof createValidator>, folder = newFolder()) {
  const upstream = await startUpstream();
  const store = await openStore({ folder });
  const engine = scriptEngine();
  const registry = createRegistry({ store: store.tools, validator, grammar });
  const client = createUpstreamClient({ env: {}, version: '0', allowedOrigins: [upstream.origin] });
  const errors: unknown[] = [];
  const ports: CallPorts = {
    registry,
    engine,
    validator,
    upstream: client,
    store,
    adapters: {
      hold: () => ({ digestOf: (name) => (name === 'known' ? 'sha-of-known' : null), release: () => {} }),
    },
    clock: () => NOW,
    options: { zone: 'Europe/Berlin', onError: (error) => errors.push(error) },
  };
  const calls = createCalls(ports);
  const reviews = createReviews({ store, calls, registry, validator, clock: () => NOW });
  return {
    folder,
    file: join(folder, 'tenon.db'),
    upstream,
    store,
    engine,
    registry,
    ports,
    calls,
    reviews,
    errors,
    async close() {
      await client.close();
      await store.close();
      await upstream.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Rig = Awaited<ReturnType<typeof createRig>>;

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tenon-calls-'));
}
