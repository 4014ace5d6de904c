import { availableParallelism } from 'node:os';
import { TenonError } from '../../errors.ts';
import type { AdapterInfo, Engine, EngineInfo, Generation, RequestOptions, Selection } from '../types.ts';
import type { Method, Methods } from './protocol.ts';
import { RequestQueue } from './request-queue.ts';
import type { RuntimeOptions, SelectionWay } from './runtime.ts';
import { WorkerClient } from './worker-client.ts';

export interface OnnxEngineOptions {
  /** A Hugging Face model folder. */
  readonly folder: string;
  /** Threads of a matrix product; default: half the processors, at least one. */
  readonly threads?: number;
  /** Adapters laid out for the graph at once, the bare model's slot included; default 16. */
  readonly slots?: number;
  /** Requests that may wait; default 64. More are refused with `queue_full`. */
  readonly queue?: number;
  /** How a tool is chosen; default `adapted`. */
  readonly selection?: SelectionWay;
  /** GBNF texts by the name that `x-grammar` calls them; default none. */
  readonly grammars?: Readonly<Record<string, string>>;
}

/** Loads a model into a worker thread. Throws `model_invalid`, `model_unsupported`, `engine_unavailable`. */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<OnnxEngine> {
  const engine = new OnnxEngine(options);
  await engine.start();
  return engine;
}

/** An engine in this process. When its thread dies, the call fails, a new thread starts, the next call works. */
export class OnnxEngine implements Engine {
  readonly #options: RuntimeOptions;
  readonly #queue: RequestQueue;
  /** Digest → folder of every adapter, for a new thread. */
  readonly #adapters = new Map<string, string>();
  #client: WorkerClient | null = null;
  #info: EngineInfo | null = null;
  #trouble: string | null = 'the model is being loaded';
  #closed = false;

  constructor(options: OnnxEngineOptions) {
    this.#options = {
      folder: options.folder,
      threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      slots: options.slots ?? 16,
      selection: options.selection ?? 'adapted',
      grammars: options.grammars ?? {},
    };
    this.#queue = new RequestQueue(options.queue ?? 64);
  }

  get info(): EngineInfo {
    if (this.#info) return this.#info;
    throw new TenonError('engine_unavailable', { reason: 'the model is not loaded' });
  }

  async start(): Promise<void> {
    await this.#queue.run(() => this.#ready());
  }

  async addAdapter(folder: string): Promise<AdapterInfo> {
    const info = await this.#call('addAdapter', folder);
    this.#adapters.set(info.digest, folder);
    return info;
  }

  async select(request: Methods['select']['takes'], options: RequestOptions = {}): Promise<Selection> {
    if (request.candidates.length === 0)
      throw new TenonError('invalid_request', { reason: 'There is no tool to select.' });
    return await this.#call('select', request, options.signal);
  }

  async generate(request: Methods['generate']['takes'], options: RequestOptions = {}): Promise<Generation> {
    return await this.#call('generate', request, options.signal);
  }

  trouble(): string | null {
    return this.#trouble;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#trouble = 'the engine is closed';
    await this.crash();
  }

  /** Stops the thread, as a crash would: what is with it fails, and the next call starts another. */
  async crash(): Promise<void> {
    await this.#client?.terminate();
  }

  async #call<M extends Method>(
    method: M,
    value: Methods[M]['takes'],
    signal?: AbortSignal,
  ): Promise<Methods[M]['answers']> {
    return await this.#queue.run(async () => {
      const client = await this.#ready();
      return await client.call(method, value, signal);
    }, signal);
  }

  /** The living thread, or a new one with the model and all adapters. */
  async #ready(): Promise<WorkerClient> {
    if (this.#closed) throw new TenonError('engine_unavailable', { reason: 'the engine is closed' });
    if (this.#client && this.#client.ended === null) return this.#client;
    this.#client = null;
    const client = new WorkerClient((reason) => this.#lost(client, reason));
    try {
      this.#info = await client.call('start', this.#options);
      await this.#addAgain(client);
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      await client.terminate();
      throw error;
    }
    this.#client = client;
    this.#trouble = null;
    return client;
  }

  /** A thread that served has ended: another is started at once, so that the next call need not wait for it. */
  #lost(client: WorkerClient, reason: string): void {
    if (client !== this.#client || this.#closed) return;
    this.#trouble = reason;
    // Where this fails, `trouble` says so, and the next call tries again.
    this.start().catch(() => undefined);
  }

  /** An adapter whose folder has changed since is forgotten: its calls then say `adapter_not_found`. */
  async #addAgain(client: WorkerClient): Promise<void> {
    for (const [digest, folder] of this.#adapters) {
      const found = await client.call('addAdapter', folder).catch(() => null);
      if (found?.digest !== digest) this.#adapters.delete(digest);
    }
  }
}
