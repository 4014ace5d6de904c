/** A bucket of tokens that refills evenly: up to `perMinute` at once, then one every `60 / perMinute` seconds. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #now: () => number;
  #level: number;
  #at: number;

  /** `now` in milliseconds, never going back. */
  constructor(perMinute: number, now: () => number) {
    this.#capacity = perMinute;
    this.#now = now;
    this.#level = perMinute;
    this.#at = now();
  }

  /** Takes one token; false where there is none. */
  take(): boolean {
    this.#refill();
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** Whole tokens that are left. */
  get remaining(): number {
    this.#refill();
    return Math.floor(this.#level);
  }

  /** Seconds until the next token is there. */
  get secondsToNext(): number {
    this.#refill();
    return (Math.max(0, 1 - this.#level) * 60) / this.#capacity;
  }

  /** Seconds until it is full. */
  get secondsToFull(): number {
    this.#refill();
    return ((this.#capacity - this.#level) * 60) / this.#capacity;
  }

  #refill(): void {
    const now = this.#now();
    const refilled = ((now - this.#at) * this.#capacity) / 60_000;
    this.#level = Math.min(this.#capacity, this.#level + refilled);
    this.#at = now;
  }
}
