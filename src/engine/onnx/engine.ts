import { availableParallelism } from 'node:os';
import { TenonError } from '../../errors.ts';
import type { LoraAdapter } from '../../lora/index.ts';
import type { Precision } from '../../model/index.ts';
import type {
  AdapterInfo,
  Engine,
  EngineInfo,
  EngineStats,
  Generation,
  RequestOptions,
  Selection,
} from '../types.ts';
import { EngineRequest } from './engine-request.ts';
import { flowOf } from './flow.ts';
import type { Method, Methods } from './protocol.ts';
import { RequestQueue } from './request-queue.ts';
import { Restarts } from './restarts.ts';
import type { RuntimeOptions, SelectionWay } from './runtime.ts';
import { WorkerClient } from './worker-client.ts';

export interface OnnxEngineOptions {
  /** A Hugging Face model folder. */
  readonly folder: string;
  /** How the model's matrices are held; default `fp32`. */
  readonly precision?: Precision;
  /** Threads of a matrix product; default: half the processors, at least one. */
  readonly threads?: number;
  /** Adapters laid out for the graph at once, the bare model's slot included; default 16. */
  readonly slots?: number;
  /** Requests taken at once, waiting ones included; default 128. More are refused with `queue_full`. */
  readonly queue?: number;
  /** Milliseconds after which a request that is not done fails with `engine_timeout`; default 30,000. */
  readonly deadline?: number;
  /** How a tool is chosen; default `adapted`. */
  readonly selection?: SelectionWay;
  /** GBNF texts by the name that `x-grammar` calls them; default none. */
  readonly grammars?: Readonly<Record<string, string>>;
  /** MB of JavaScript objects in the thread, beyond which it is started anew; default 1024. Weights are not there. */
  readonly heapMb?: number;
  /** The thread's program, for tests of its failures. */
  readonly worker?: URL;
}

/** Requests in the thread at once: enough for its batches, few enough that fairness is decided late. */
const RUNNING = 32;
/** So often may the thread die under a request. */
const MOST_DEATHS = 2;

/** Loads a model into a worker thread. Throws `model_invalid`, `model_unsupported`, `engine_unavailable`. */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<OnnxEngine> {
  const engine = new OnnxEngine(options);
  await engine.start();
  return engine;
}

/**
 * An engine in this process. When its thread dies, another is started with the same adapters and the requests that
 * were with it are tried once more, one at a time: the one it dies under again fails, the others lose only time.
 */
export class OnnxEngine implements Engine {
  readonly #options: RuntimeOptions;
  readonly #deadline: number;
  readonly #thread: { readonly heapMb: number; readonly program: URL | undefined };
  readonly #queue: RequestQueue<EngineRequest>;
  readonly #restarts = new Restarts();
  /** By digest: for a new thread, which need not read them again. */
  readonly #adapters = new Map<string, LoraAdapter>();
  #pinned: readonly string[] = [];
  #client: WorkerClient | null = null;
  #starting: Promise<WorkerClient> | null = null;
  #info: EngineInfo | null = null;
  #trouble: string | null = 'the model is being loaded';
  #closed = false;
  /** Milliseconds from one answer to the next, lately. */
  #pace = 50;
  #refused = 0;
  #lastAnswer = 0;

  constructor(options: OnnxEngineOptions) {
    this.#options = {
      folder: options.folder,
      precision: options.precision ?? 'fp32',
      threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      slots: options.slots ?? 16,
      selection: options.selection ?? 'adapted',
      grammars: options.grammars ?? {},
    };
    this.#deadline = options.deadline ?? 30_000;
    this.#thread = { heapMb: options.heapMb ?? 1024, program: options.worker };
    this.#queue = new RequestQueue({ requests: options.queue ?? 128, running: RUNNING });
  }

  get info(): EngineInfo {
    if (this.#info) return this.#info;
    throw new TenonError('engine_unavailable', { reason: 'the model is not loaded' });
  }

  async start(): Promise<void> {
    await this.#ready();
  }

  async addAdapter(folder: string): Promise<AdapterInfo> {
    const adapter = await this.#call('addAdapter', folder, 'adapters', {});
    this.#adapters.set(adapter.digest, adapter);
    const { digest, rank, alpha, parameters, bytes, targets } = adapter;
    return { digest, rank, alpha, parameters, bytes, targets };
  }

  async removeAdapter(digest: string): Promise<void> {
    this.#adapters.delete(digest);
    await this.#call('removeAdapter', digest, 'adapters', {});
  }

  async pinAdapters(digests: readonly string[]): Promise<void> {
    this.#pinned = digests;
    await this.#call('pinAdapters', digests, 'adapters', {});
  }

  async select(request: Methods['select']['takes'], options: RequestOptions = {}): Promise<Selection> {
    if (request.candidates.length === 0)
      throw new TenonError('invalid_request', { reason: 'There is no tool to select.' });
    return await this.#call('select', request, flowOf(request), options);
  }

  async generate(request: Methods['generate']['takes'], options: RequestOptions = {}): Promise<Generation> {
    return await this.#call('generate', request, flowOf(request), options);
  }

  trouble(): string | null {
    return this.#trouble;
  }

  stats(): EngineStats {
    const { waiting, running, limits } = this.#queue;
    return {
      queue: { waiting, running, limit: limits.requests, refused: this.#refused },
      restarts: this.#restarts.total,
      model: this.#client?.stats ?? null,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#trouble = 'the engine is closed';
    await this.crash();
  }

  /** Stops the thread, as a crash would: what is with it is tried again in another. */
  async crash(): Promise<void> {
    await this.#client?.stop();
  }

  async #call<M extends Method>(
    method: M,
    value: Methods[M]['takes'],
    flow: string,
    { signal }: RequestOptions,
  ): Promise<Methods[M]['answers']> {
    if (signal?.aborted) throw new TenonError('request_cancelled');
    const request = new EngineRequest(method, value, flow);
    const queued = request as unknown as EngineRequest;
    try {
      this.#queue.add(queued, this.#secondsToWait());
    } catch (error) {
      this.#refused++;
      throw error;
    }
    request.limitBy(this.#deadline, signal, () => this.#queue.withdraw(queued));
    this.#pump();
    return await request.answer;
  }

  #pump(): void {
    for (let request = this.#queue.next(); request; request = this.#queue.next()) void this.#run(request);
  }

  async #run(request: EngineRequest): Promise<void> {
    let client: WorkerClient | null = null;
    try {
      if (!request.settled) {
        client = await this.#ready();
        request.succeed(await client.call(request.method, request.value, request.signal));
        this.#answered();
      }
      request.suspect = false;
      this.#queue.done(request);
    } catch (error) {
      const died = client !== null && client.ended !== null && !this.#closed && !request.settled;
      if (died && ++request.deaths < MOST_DEATHS) {
        request.suspect = true;
        this.#queue.returned(request);
      } else {
        this.#queue.done(request);
        const { deaths: times } = request;
        request.fail(died ? new TenonError('engine_crashed', { times, reason: client!.ended! }) : error);
      }
    }
    this.#pump();
  }

  #answered(): void {
    this.#restarts.served();
    const now = performance.now();
    // A pause between requests says nothing of how fast they are served.
    const gap = Math.min(now - this.#lastAnswer, 1000);
    this.#lastAnswer = now;
    this.#pace = 0.9 * this.#pace + 0.1 * gap;
  }

  /** Until those that wait now will have been served. */
  #secondsToWait(): number {
    return Math.min(30, Math.max(1, Math.ceil((this.#queue.waiting * this.#pace) / 1000)));
  }

  /** The living thread, or a new one with the model and all adapters. */
  async #ready(): Promise<WorkerClient> {
    if (this.#closed) throw new TenonError('engine_unavailable', { reason: 'the engine is closed' });
    if (this.#client && this.#client.ended === null) return this.#client;
    this.#starting ??= this.#startThread().finally(() => {
      this.#starting = null;
    });
    return await this.#starting;
  }

  async #startThread(): Promise<WorkerClient> {
    await this.#restarts.wait();
    if (this.#closed) throw new TenonError('engine_unavailable', { reason: 'the engine is closed' });
    this.#client = null;
    const client = new WorkerClient((reason) => this.#lost(client, reason), this.#thread);
    try {
      this.#info = await client.call('start', this.#options);
      await client.call('knowAdapters', [...this.#adapters.values()]);
      await client.call('pinAdapters', this.#pinned);
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      this.#restarts.failed();
      await client.stop();
      throw error;
    }
    if (this.#closed) {
      await client.stop();
      throw new TenonError('engine_unavailable', { reason: 'the engine is closed' });
    }
    this.#client = client;
    this.#trouble = null;
    return client;
  }

  /** A thread that served has ended: another is started at once, so that the next call need not wait for it. */
  #lost(client: WorkerClient, reason: string): void {
    if (client !== this.#client || this.#closed) return;
    this.#trouble = reason;
    this.#restarts.failed();
    // Where this fails, `trouble` says so, and the next call tries again.
    this.#ready().catch(() => undefined);
  }
}
