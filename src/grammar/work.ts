import { GrammarError } from './errors.ts';
import { LIMITS } from './limits.ts';

/** What the call that is running may still spend; endless outside of one. */
let left = Number.POSITIVE_INFINITY;

/** Runs with `LIMITS.work` steps to spend: steps are counted, not time, so that the same text ends the same everywhere. */
export function metered<T>(run: () => T): T {
  // The budget is the outermost call's.
  if (left !== Number.POSITIVE_INFINITY) return run();
  left = LIMITS.work;
  try {
    return run();
  } finally {
    left = Number.POSITIVE_INFINITY;
  }
}

/** Steps are counted where states are made: a few tenths of a microsecond each. Throws `grammar_too_complex`. */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) throw new GrammarError('grammar_too_complex', { what: 'steps', limit: LIMITS.work });
}

export function exhausted(): boolean {
  return left < 0;
}

let grown = 0;

/** Something that caches hold has become much larger. */
export function grew(): void {
  grown++;
}

/** How often something grew: caches that have seen less add up their sizes at once. */
export function growth(): number {
  return grown;
}
