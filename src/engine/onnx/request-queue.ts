import { TenonError } from '../../errors.ts';

/** Runs tasks one after the other; refuses more than `limit` waiting ones. */
export class RequestQueue {
  readonly #limit: number;
  #waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws `queue_full`, or `request_cancelled` where the signal fires before the task's turn. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#waiting >= this.#limit) throw new TenonError('queue_full', { limit: this.#limit });
    this.#waiting++;
    const turn = this.#tail.then(async () => {
      this.#waiting--;
      if (signal?.aborted) throw new TenonError('request_cancelled');
      return await task();
    });
    this.#tail = turn.catch(() => undefined);
    return await turn;
  }
}
