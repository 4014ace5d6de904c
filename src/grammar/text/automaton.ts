/**
 * A deterministic automaton over code points (lone surrogates included, since a JSON string may hold them).
 * States are small integers, made as they are met; -1 is the state from which nothing is accepted any more.
 */
export interface Automaton {
  readonly start: number;
  step(state: number, code: number): number;
  accepts(state: number): boolean;
  /** Bounds on the code points still to come before acceptance; exact enough never to exclude a valid text. */
  shortest(state: number): number;
  longest(state: number): number;
  /**
   * No text can lead out of the language for good: after any, so many code points at most lead to acceptance.
   * Infinity where that is not so, or not known.
   */
  lasting(state: number): number;
  /** Its states are dear (sets of stacks): none is to be made that the text does not need. */
  readonly frugal?: boolean;
  /** Bytes, roughly, where they grow with use. */
  readonly weight?: number;
  /** First code points of groups that no state tells apart, ascending, from 0. */
  readonly boundaries: readonly number[];
}

export const DEAD = -1;

export const ANYTHING: Automaton = {
  start: 0,
  step: () => 0,
  accepts: () => true,
  shortest: () => 0,
  longest: () => Number.POSITIVE_INFINITY,
  lasting: () => 0,
  boundaries: [0],
};

/** The whole text, by an automaton. */
export function matches(automaton: Automaton, text: string): boolean {
  let state = automaton.start;
  if (state === DEAD) return false;
  for (const char of text) {
    state = automaton.step(state, char.codePointAt(0)!);
    if (state === DEAD) return false;
  }
  return automaton.accepts(state);
}
