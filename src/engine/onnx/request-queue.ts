import { TenonError } from '../../errors.ts';

export interface Queued {
  /** What shares are kept of: a tool, or a set of candidates. */
  readonly flow: string;
  /** It was there when the thread died, so it runs alone until it is cleared. */
  suspect: boolean;
}

export interface QueueLimits {
  /** Requests taken, waiting and running together. */
  readonly requests: number;
  /** Requests that run at once. */
  readonly running: number;
}

/** Requests that wait for the engine and those it works on. No tool can fill it alone, nor keep others from running. */
export class RequestQueue<R extends Queued> {
  readonly limits: QueueLimits;
  readonly #running = new Set<R>();
  #waiting: R[] = [];

  constructor(limits: QueueLimits) {
    this.limits = limits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Whether one more of this flow would be refused. A quarter is kept free for flows other than the largest. */
  isFull(flow: string): boolean {
    const { requests } = this.limits;
    if (this.waiting + this.running >= requests) return true;
    return requests >= 4 && this.#countOf(flow) >= requests - Math.ceil(requests / 4);
  }

  /** Throws `queue_full`. `seconds`: when to come back. */
  add(request: R, seconds: number): void {
    if (this.isFull(request.flow))
      throw new TenonError('queue_full', { limit: this.limits.requests, seconds });
    this.#waiting.push(request);
  }

  /** Back to where it would be next. */
  returned(request: R): void {
    this.#running.delete(request);
    this.#waiting.unshift(request);
  }

  /** The next to run, of the flow that runs least; suspects first, and alone. Undefined while none may run. */
  next(): R | undefined {
    if (this.#running.size >= this.limits.running) return undefined;
    if ([...this.#running].some(({ suspect }) => suspect)) return undefined;
    const suspects = this.#waiting.filter(({ suspect }) => suspect);
    if (suspects.length > 0 && this.#running.size > 0) return undefined;
    const request = suspects[0] ?? this.#ofLeastRunning();
    if (request) {
      this.#waiting = this.#waiting.filter((other) => other !== request);
      this.#running.add(request);
    }
    return request;
  }

  /** It has ended. */
  done(request: R): void {
    this.#running.delete(request);
  }

  /** Nobody waits for it any more. If it runs, it stays until the engine has let go of it. */
  withdraw(request: R): void {
    this.#waiting = this.#waiting.filter((other) => other !== request);
  }

  #ofLeastRunning(): R | undefined {
    const counts = new Map<string, number>();
    for (const { flow } of this.#running) counts.set(flow, (counts.get(flow) ?? 0) + 1);
    let best: R | undefined;
    for (const request of this.#waiting) {
      if (!best || (counts.get(request.flow) ?? 0) < (counts.get(best.flow) ?? 0)) best = request;
    }
    return best;
  }

  #countOf(flow: string): number {
    const of = (requests: Iterable<R>) => [...requests].filter((request) => request.flow === flow).length;
    return of(this.#waiting) + of(this.#running);
  }
}
