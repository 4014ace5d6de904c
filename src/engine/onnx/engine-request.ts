import { TenonError } from '../../errors.ts';
import type { Method, Methods } from './protocol.ts';
import type { Queued } from './request-queue.ts';

/** One request on its way through the engine: it ends once, whichever of answer, failure, deadline and caller is first. */
export class EngineRequest<M extends Method = Method> implements Queued {
  readonly method: M;
  readonly value: Methods[M]['takes'];
  readonly flow: string;
  readonly arrived = performance.now();
  readonly answer: Promise<Methods[M]['answers']>;
  /** How often the thread died while it was there. */
  deaths = 0;
  suspect = false;
  readonly #controller = new AbortController();
  #settled = false;
  #resolve!: (value: Methods[M]['answers']) => void;
  #reject!: (error: unknown) => void;

  constructor(method: M, value: Methods[M]['takes'], flow: string) {
    this.method = method;
    this.value = value;
    this.flow = flow;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Fires when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  succeed(value: unknown): void {
    this.#settled = true;
    this.#resolve(value as Methods[M]['answers']);
  }

  fail(error: unknown): void {
    this.#settled = true;
    this.#reject(error);
    this.#controller.abort();
  }

  /** Fails with `request_cancelled` when `signal` fires, with `engine_timeout` after `limit` ms; then calls `onEnd`. */
  limitBy(limit: number, signal: AbortSignal | undefined, onEnd: () => void): void {
    const end = (error: TenonError) => {
      if (this.#settled) return;
      this.fail(error);
      onEnd();
    };
    const cancel = () => end(new TenonError('request_cancelled'));
    const timer = setTimeout(() => end(new TenonError('engine_timeout', { limit })), limit);
    signal?.addEventListener('abort', cancel, { once: true });
    const forget = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    };
    this.answer.then(forget, forget);
  }
}
