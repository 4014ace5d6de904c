/** Longest context that is looked up, in tokens. */
const ORDER = 4;
/** Contexts kept for one tool. Past that what was seen once is forgotten, and then everything. */
const MOST_CONTEXTS = 8192;

export interface Guess {
  readonly token: number;
  /** Chance that the model chooses it, 0 to 1. */
  readonly probability: number;
}

/**
 * How a tool's calls usually go on: counts of what followed the last tokens in its recent answers (an n-gram model,
 * backing off to shorter contexts). Keyed by tool and adapter content, so what another adapter wrote is no habit.
 */
export class Habits {
  readonly #following = new Map<string, Map<number, number>>();

  learn(tokens: readonly number[]): void {
    for (let at = 1; at < tokens.length; at++) {
      for (let order = 1; order <= Math.min(ORDER, at); order++) {
        const context = contextOf(tokens, at, order);
        const counts = this.#following.get(context) ?? new Map<number, number>();
        counts.set(tokens[at]!, (counts.get(tokens[at]!) ?? 0) + 1);
        this.#following.set(context, counts);
      }
    }
    if (this.#following.size > MOST_CONTEXTS) this.#forget();
  }

  /** The most frequent token after `tokens`, by the longest context that was seen. */
  guess(tokens: readonly number[]): Guess | null {
    for (let order = Math.min(ORDER, tokens.length); order > 0; order--) {
      const counts = this.#following.get(contextOf(tokens, tokens.length, order));
      if (!counts) continue;
      let token = -1;
      let most = 0;
      let total = 0;
      for (const [next, count] of counts) {
        total += count;
        if (count > most) [token, most] = [next, count];
      }
      // One more that went another way, as far as we know.
      return { token, probability: most / (total + 1) };
    }
    return null;
  }

  #forget(): void {
    for (const [context, counts] of this.#following) {
      if (counts.size === 1 && [...counts.values()][0] === 1) this.#following.delete(context);
    }
    if (this.#following.size > MOST_CONTEXTS) this.#following.clear();
  }
}

function contextOf(tokens: readonly number[], end: number, order: number): string {
  return tokens.slice(end - order, end).join(' ');
}
