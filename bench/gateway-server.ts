import { parentPort, workerData } from 'node:worker_threads';
import { createCalls } from '../src/calls/index.ts';
import type { Engine } from '../src/engine/types.ts';
import { createApp, listen, type Ports, silentLog } from '../src/gateway/index.ts';
import { createKeys } from '../src/gateway/keys/index.ts';
import { createMcp } from '../src/gateway/mcp/index.ts';
import { noMetrics } from '../src/gateway/metrics.ts';
import { createCompletions } from '../src/gateway/openai/index.ts';
import { createReviews } from '../src/reviews/index.ts';
import { createValidator } from '../src/schema/index.ts';
import { openStore } from '../src/store/index.ts';
import { createGrammarCompiler, createRegistry } from '../src/tools/index.ts';
import { createUpstreamClient } from '../src/upstream/index.ts';

export interface ServerData {
  readonly upstream: string;
  /** Folder of a database that nobody has used. */
  readonly folder: string;
}

const TOOL = {
  name: 'book_table',
  description: 'Book a table',
  parameters: {
    type: 'object',
    properties: { name: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
    required: ['name', 'guests'],
    additionalProperties: false,
  },
};
const USAGE = { prompt_tokens: 20, completion_tokens: 10, forced_tokens: 5, passes: 3 };

/** A model that has answered already. */
const engine: Pick<Engine, 'info' | 'select' | 'generate' | 'trouble'> = {
  info: {
    model: 'instant',
    digest: '',
    architecture: '',
    parameters: 0,
    vocabulary: 0,
    context: 0,
    device: '',
    deviceReason: '',
  },
  select: async ({ candidates }) => ({
    tool: candidates[0]!.name,
    confidence: 0.9,
    scores: [{ tool: candidates[0]!.name, probability: 0.9 }],
    usage: USAGE,
    timings: { select_ms: 0 },
  }),
  generate: async () => ({
    text: '{"name":"Luigi","guests":4}',
    finish: 'stop',
    confidence: 0.9,
    fields: [],
    usage: USAGE,
    timings: { prefill_ms: 0, decode_ms: 0 },
  }),
  trouble: () => null,
};

/** A thread with the whole gateway, durable rows included, but for the model. Says its address and a key's secret. */
const { upstream: origin, folder } = workerData as ServerData;
const store = await openStore({ folder });
const validator = createValidator();
const grammar = createGrammarCompiler();
const upstream = createUpstreamClient({ env: {}, version: '0', allowedOrigins: [origin] });
const registry = createRegistry({ store: store.tools, validator, grammar });
const adapters = { hold: () => ({ digestOf: () => null, release: () => {} }) };
const calls = createCalls({
  registry,
  engine,
  validator,
  upstream,
  store,
  adapters,
  options: { maxRunning: 1024 },
});
const keys = await createKeys(store);
const refuse = () => Promise.reject(new Error('not part of the bench'));
const ports: Ports = {
  registry,
  calls,
  reviews: createReviews({ calls, registry, validator, store }),
  adapters: { list: () => [], get: refuse, add: refuse, replace: refuse, remove: refuse },
  completions: createCompletions({
    engine,
    validator,
    grammar,
    registry,
    adapters: { ...adapters, list: () => [] },
    zone: 'UTC',
  }),
  mcp: createMcp({ registry, calls, metrics: noMetrics, log: silentLog, version: '0' }),
  keys,
  audit: store.audit,
  engine,
  log: silentLog,
  metrics: noMetrics,
  version: '0',
  maxBodyBytes: 1_000_000,
  hosts: null,
};
await registry.register({ ...TOOL, upstream: { method: 'POST', url: `${origin}/bookings` } });
const { url } = await listen(createApp(ports), { host: '127.0.0.1', port: 0 });
parentPort!.on('message', async () => {
  const { secret } = await keys.add({ name: 'bench', scopes: ['admin'] }, 'bench');
  parentPort!.postMessage(secret);
});
parentPort!.postMessage(url);
