/** Answers' worth of memory: old outcomes count less. */
const MEMORY = 64;

/** How often guesses of one kind are what the model chooses: a share that forgets, from a prior. */
export class Acceptance {
  #accepted: number;
  #proposed: number;

  constructor(prior: number) {
    this.#accepted = prior * 4;
    this.#proposed = 4;
  }

  get share(): number {
    return this.#accepted / this.#proposed;
  }

  count(accepted: boolean): void {
    if (this.#proposed >= MEMORY) {
      this.#accepted *= 1 - 1 / MEMORY;
      this.#proposed *= 1 - 1 / MEMORY;
    }
    this.#proposed++;
    if (accepted) this.#accepted++;
  }
}
