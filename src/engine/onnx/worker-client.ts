import { Worker } from 'node:worker_threads';
import { TenonError } from '../../errors.ts';
import type { ModelStats } from '../types.ts';
import { fromFailure } from './failure.ts';
import type { FromWorker, Method, Methods, ToWorker } from './protocol.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** With more, what is promoted at once can pass the limit by more than V8 forgives, and the process dies (measured). */
const YOUNG_MB = 16;

/** Longer than any run of a model. */
const PATIENCE_MS = 30_000;

/** One worker thread and the requests that are with it. Once the thread ends, it is of no more use. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: (reason: string) => void;
  #serial = 0;
  #ended: string | null = null;
  /** As of the last answer. */
  stats: ModelStats | null = null;

  /** `onEnd` is called once, with the reason, when the thread is gone. */
  constructor(
    onEnd: (reason: string) => void,
    thread: { readonly heapMb: number; readonly program: URL | undefined },
  ) {
    this.#onEnd = onEnd;
    this.#worker = new Worker(thread.program ?? new URL('./worker.ts', import.meta.url), {
      name: 'tenon-engine',
      // Beyond it the thread ends, and not the process.
      resourceLimits: { maxOldGenerationSizeMb: thread.heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#worker.on('message', (message: FromWorker) => this.#settle(message));
    this.#worker.on('messageerror', (error) => this.#end(error.message));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', (code) => this.#end(`its thread ended with code ${code}`));
  }

  /** Why the thread is gone, or null while it lives. */
  get ended(): string | null {
    return this.#ended;
  }

  /** Rejects with the worker's coded error, `request_cancelled`, or `engine_unavailable` if the thread ends. */
  async call<M extends Method>(
    method: M,
    value: Methods[M]['takes'],
    signal?: AbortSignal,
  ): Promise<Methods[M]['answers']> {
    if (signal?.aborted) throw new TenonError('request_cancelled');
    if (this.#ended !== null) throw new TenonError('engine_unavailable', { reason: this.#ended });
    const id = this.#serial++;
    const cancel = () => this.#send({ id, method: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Methods[M]['answers']>((resolve, reject) => {
        this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
        this.#send({ id, method, value } as ToWorker);
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /**
   * Asks the thread to end, which it does between two runs of the model: to tear it down within one makes ONNX
   * Runtime's binding throw where nothing can catch it, and the process with it (measured).
   */
  async stop(): Promise<void> {
    if (this.#ended === null) {
      const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
      this.#send({ id: this.#serial++, method: 'stop' });
      const patience = setTimeout(() => void this.#worker.terminate(), PATIENCE_MS);
      await ended;
      clearTimeout(patience);
    }
    this.#end('it was stopped');
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #settle(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    this.stats = message.stats ?? this.stats;
    if ('failure' in message) waiting?.reject(fromFailure(message.failure));
    else waiting?.resolve(message.value);
  }

  #end(reason: string): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    for (const { reject } of this.#waiting.values()) {
      reject(new TenonError('engine_unavailable', { reason }));
    }
    this.#waiting.clear();
    this.#onEnd(reason);
  }
}
