/**
 * Who has been served how much, by start-time fair queueing (Goyal, Vin & Cheng 1996) with equal weights: who comes
 * back after a pause begins where the least served of those waiting stands, and has saved up nothing. Nor does anybody
 * get further ahead than `most`: rows that rode along where there was room anyway are not held against their flow.
 */
export class FairShares {
  readonly #served = new Map<string, number>();
  #floor = 0;
  readonly #most: number;

  /** `most` in tokens, no less than what is served at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Tokens served, for comparison with others'. */
  of(flow: string): number {
    return Math.max(this.#served.get(flow) ?? 0, this.#floor);
  }

  charge(flow: string, tokens: number): void {
    this.#served.set(flow, this.of(flow) + tokens);
  }

  /** To be told before each choice who waits. Those who are no longer ahead of anybody are forgotten. */
  waiting(flows: Iterable<string>): void {
    let least = Number.POSITIVE_INFINITY;
    for (const flow of flows) least = Math.min(least, this.of(flow));
    if (least === Number.POSITIVE_INFINITY) return;
    this.#floor = least;
    for (const [flow, served] of this.#served) {
      if (served <= least) this.#served.delete(flow);
      else this.#served.set(flow, Math.min(served, least + this.#most));
    }
  }
}
