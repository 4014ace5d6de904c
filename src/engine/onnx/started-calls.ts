import { agreement, type Progress } from './answer.ts';

interface Started {
  readonly key: string;
  readonly prompt: readonly number[];
  readonly progress: Progress;
}

/** Sequences that selections have read and whose calls are still to be written, the oldest out first. */
export class StartedCalls {
  #calls: readonly Started[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `key` names the tool and its adapter, by content. */
  add(key: string, prompt: readonly number[], progress: Progress): void {
    this.#calls = [...this.#calls, { key, prompt, progress }].slice(-this.#limit);
  }

  /**
   * The sequence that `prompt` shares most with, beyond its first `shared` tokens, cut back to what they share (the
   * caller may have added to the request since). It is given once.
   */
  take(key: string, prompt: readonly number[], shared: number): Progress | null {
    let best: Started | null = null;
    let most = shared;
    for (const call of this.#calls) {
      const common = call.key === key ? agreement(call.prompt, prompt) : 0;
      if (common > most) [best, most] = [call, common];
    }
    if (!best) return null;
    this.#calls = this.#calls.filter((call) => call !== best);
    if (most === prompt.length && most === best.prompt.length) return best.progress;
    const { row } = best.progress;
    row.truncate(Math.min(row.length, most, prompt.length - 1));
    return { row, unread: prompt.slice(row.length), fed: [], logprobs: [] };
  }
}
