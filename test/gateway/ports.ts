import { createCalls } from '../../src/calls/index.ts';
import type { Engine } from '../../src/engine/types.ts';
import type { Ports } from '../../src/gateway/index.ts';
import { createKeys } from '../../src/gateway/keys/index.ts';
import { createMcp } from '../../src/gateway/mcp/index.ts';
import { createMetrics } from '../../src/gateway/node-metrics.ts';
import { createCompletions } from '../../src/gateway/openai/index.ts';
import { createReviews } from '../../src/reviews/index.ts';
import { createValidator, type Validator } from '../../src/schema/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { createGrammarCompiler, createRegistry, type GrammarCompiler } from '../../src/tools/index.ts';
import { createUpstreamClient } from '../../src/upstream/index.ts';

export interface TestPorts {
  readonly ports: Ports;
  readonly store: Store;
  readonly logged: Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

export interface TestPortsOptions {
  readonly maxBodyBytes: number;
  /** Default: one that must not be asked. Calls with the real one are in test/e2e/. */
  readonly engine?: Pick<Engine, 'select' | 'generate'>;
  /** Origins on private addresses that tools may call. */
  readonly allowedOrigins?: readonly string[];
  /** For tests that open many: starting threads costs more than the tests. Closed by whoever opened them. */
  readonly threads?: Threads;
}

export interface Threads {
  readonly validator: Validator;
  readonly grammar: GrammarCompiler;
  close(): Promise<void>;
}

export function startThreads(): Threads {
  const validator = createValidator({ threads: 1 });
  const grammar = createGrammarCompiler();
  return {
    validator,
    grammar,
    close: async () => void (await Promise.all([validator.close(), grammar.close()])),
  };
}

/** The real rooms over a database in memory. */
export async function openTestPorts({
  maxBodyBytes,
  engine: scripted,
  allowedOrigins = [],
  threads,
}: TestPortsOptions): Promise<TestPorts> {
  const store = await openStore({ memory: true });
  const engine = { ...notAsked, ...scripted };
  const own = threads ?? startThreads();
  const { validator, grammar } = own;
  const upstream = createUpstreamClient({ env: {}, version: '0', allowedOrigins });
  const registry = createRegistry({
    store: store.tools,
    validator,
    grammar,
    onChange: () => mcp.toolsChanged(),
  });
  const adapters = { hold: () => ({ digestOf: () => null, release: () => {} }) };
  const calls = createCalls({ registry, engine, validator, upstream, store, adapters });
  const logged: Readonly<Record<string, unknown>>[] = [];
  const note = (fields: Readonly<Record<string, unknown>>): void => void logged.push(fields);
  const log = { info: note, warn: note, error: note };
  const metrics = createMetrics(engine);
  const mcp = createMcp({ registry, calls, metrics, log, version: '0.0.0' });
  return {
    logged,
    store,
    ports: {
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
      keys: await createKeys(store),
      audit: store.audit,
      engine,
      mcp,
      metrics,
      log,
      version: '0.0.0',
      maxBodyBytes,
      hosts: null,
    },
    close: async () => {
      await mcp.close();
      if (threads === undefined) await own.close();
      await upstream.close();
      await store.close();
    },
  };
}

const refuse = (): never => {
  throw new Error('the engine is not asked here');
};

const notAsked: Pick<Engine, 'info' | 'select' | 'generate' | 'trouble' | 'stats'> = {
  info: {
    model: 'none',
    digest: '',
    architecture: 'none',
    parameters: 0,
    vocabulary: 0,
    context: 0,
    device: 'none',
    deviceReason: '',
  },
  select: refuse,
  generate: refuse,
  trouble: () => null,
  stats: () => ({
    queue: { waiting: 2, running: 1, limit: 128, refused: 0 },
    restarts: 0,
    model: {
      steps: 7,
      rows: 20,
      tokens: 90,
      padding: 4,
      stepMs: 30,
      maskMs: 1,
      active: 1,
      copiedBytes: 0,
      adapterSlots: 15,
      prefix: { asked: 40, known: 30, bytes: 1000 },
      drafts: { request: { proposed: 9, accepted: 8 }, habit: { proposed: 4, accepted: 3 } },
    },
  }),
};
