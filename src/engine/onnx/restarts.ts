import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const MOST_MS = 10_000;

/** How long to wait before a thread is started again: not at all the first time, then twice as long each time. */
export class Restarts {
  #failures = 0;
  /** Restarts so far. */
  total = 0;

  failed(): void {
    this.#failures++;
    this.total++;
  }

  /** A request was answered: all is well. */
  served(): void {
    this.#failures = 0;
  }

  get delay(): number {
    return this.#failures < 2 ? 0 : Math.min(MOST_MS, FIRST_MS * 2 ** (this.#failures - 2));
  }

  async wait(): Promise<void> {
    if (this.delay > 0) await sleep(this.delay, undefined, { ref: false });
  }
}
