import { join, resolve } from 'node:path';
import { createCalls, forgetOldKeys } from '../calls/index.ts';
import { createOnnxEngine } from '../engine/index.ts';
import { createReviews } from '../reviews/index.ts';
import { createValidator } from '../schema/index.ts';
import { openStore } from '../store/index.ts';
import { createGrammarCompiler, createRegistry, loadGrammars } from '../tools/index.ts';
import { createUpstreamClient } from '../upstream/index.ts';
import { openAdapters } from './adapters.ts';
import { createApp } from './app.ts';
import { createClosers } from './closers.ts';
import { type Door, openDoor } from './door.ts';
import { createKeys } from './keys/index.ts';
import type { Log } from './log.ts';
import { createMcp } from './mcp/index.ts';
import { namesOf } from './names.ts';
import { createMetrics } from './node-metrics.ts';
import { createCompletions } from './openai/index.ts';
import type { Ports } from './ports.ts';
import { pinAdapters, warnOfMissing } from './tool-adapters.ts';

export { type Closers, createClosers } from './closers.ts';
export { type Door, openDoor } from './door.ts';
export {
  type ApiKey,
  checkNewKey,
  createKeys,
  type Keys,
  type KeyWithSecret,
  type NewKey,
  SCOPES,
} from './keys/index.ts';
export { silentLog } from './log.ts';
export { createLog, type LogLevel } from './node-log.ts';

export interface GatewayOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** A socket taken before; `port` is not looked at then. */
  readonly door?: Door;
  /** Folder of the database and of uploaded adapters. */
  readonly data: string;
  /** A Hugging Face model folder. */
  readonly model: string;
  /** How the model's matrices are held; default `fp32`. */
  readonly precision?: 'fp32' | 'int8' | 'int4';
  /** Folder of adapters, a PEFT folder each. */
  readonly adapters: string;
  /** Folders of GBNF files, for `x-grammar`. */
  readonly grammars: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly timeZone: string;
  readonly maxBodyBytes: number;
  readonly version: string;
  readonly log: Log;
  /** What must have happened before the first request is let in. */
  readonly beforeOpen?: (ports: Ports) => Promise<void>;
  /** Where secrets are looked up; default the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface RunningGateway {
  readonly url: string;
  readonly ports: Ports;
  /** Takes nothing new, lets running calls end, then closes what was opened, in the other order. */
  close(): Promise<void>;
}

/**
 * Node's entry: opens database, model, worker threads and socket, and takes up what a crash left open. What fails
 * closes everything opened before it. Throws `port_in_use`, `address_unavailable`, `store_*`, `model_*`,
 * `grammar_file_invalid`.
 */
export async function openGateway(options: GatewayOptions): Promise<RunningGateway> {
  const closers = createClosers();
  const door = options.door ?? (await openDoor(options));
  try {
    const ports = await openPorts(options, closers.add);
    await options.beforeOpen?.(ports);
    door.open(createApp(ports));
    // Added last and so closed first: what the app stands on outlives its last request.
    closers.add(door);
    // Before the door waits for its last request: streams that listen for changes end by nothing else.
    closers.add(ports.mcp);
    return { url: door.url, ports, close: () => closers.close() };
  } catch (error) {
    await door.close();
    await closers.close();
    throw error;
  }
}

interface Closable {
  close(): Promise<void>;
}

async function openPorts(
  options: GatewayOptions,
  opened: <T extends Closable>(part: T) => T,
): Promise<Ports> {
  const { data, model, log, version, maxBodyBytes } = options;
  const store = opened(await openStore({ folder: resolve(data) }));
  const grammars = await loadGrammars(options.grammars.map((folder) => resolve(folder)));
  const validator = opened(createValidator({ grammars }));
  const grammar = opened(createGrammarCompiler({ grammars }));
  const env = options.env ?? process.env;
  const upstream = opened(createUpstreamClient({ env, version, allowedOrigins: options.allowedOrigins }));
  const engine = opened(
    await createOnnxEngine({
      folder: resolve(model),
      grammars,
      ...(options.precision && { precision: options.precision }),
    }),
  );
  const registry = createRegistry({
    store: store.tools,
    validator,
    grammar,
    hasAdapter: (name) => adapters.current(name) !== null,
    onChange: () => {
      void pin();
      mcp.toolsChanged();
    },
  });
  const uploads = join(resolve(data), 'adapters');
  const adapters = await openAdapters({
    engine,
    store: store.adapters,
    shipped: resolve(options.adapters),
    uploads,
    toolsOf: async (name) =>
      (await registry.list()).filter(({ adapter }) => adapter === name).map((tool) => tool.name),
    onChange: () => void pin(),
    log,
  });
  const pin = () => pinAdapters({ registry, adapters, engine, log });
  await pin();
  await warnOfMissing({ registry, adapters, log });

  const calls = createCalls({
    registry,
    engine,
    validator,
    upstream,
    store,
    adapters,
    options: {
      zone: options.timeZone,
      onError: (err, call) => log.error({ err, call }, 'a call failed inside Tenon'),
    },
  });
  // Closed before the store is: a call whose client has left is brought to its end first.
  opened({ close: () => calls.drain() });
  const reviews = createReviews({ calls, registry, validator, store });

  const completions = createCompletions({
    engine,
    validator,
    grammar,
    registry,
    adapters,
    zone: options.timeZone,
  });
  const metrics = createMetrics(engine);
  const mcp = createMcp({ registry, calls, metrics, log, version });
  const keys = await createKeys(store);
  opened(everyHour(() => forgetOldKeys(store, new Date()), log));

  const recovered = await calls.recover();
  if (Object.values(recovered).some((count) => count > 0))
    log.warn({ ...recovered }, 'took up calls that were open');
  return {
    metrics,
    registry,
    calls,
    reviews,
    adapters,
    completions,
    mcp,
    keys,
    audit: store.audit,
    engine,
    log,
    version,
    maxBodyBytes,
    hosts: namesOf(options.host),
  };
}

/** Now, and each hour: what fails is tried again in the next one. */
function everyHour(work: () => Promise<unknown>, log: Log): Closable {
  let running: Promise<unknown> = Promise.resolve();
  const run = (): void => {
    running = work().catch((err: unknown) => log.warn({ err }, 'housekeeping failed'));
  };
  run();
  const timer = setInterval(run, 3_600_000).unref();
  return {
    close: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
