import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { spend } from '../work.ts';
import { type Automaton, DEAD } from './automaton.ts';

/**
 * Automata over code points side by side. A `joined` product dies with the first of them (a value must satisfy
 * all); an unjoined one goes on while one lives, an `open` one always. States are small integers.
 */
export class Product {
  readonly automata: readonly Automaton[];
  readonly joined: boolean;
  readonly open: boolean;
  readonly start: number;
  /** See `Automaton.frugal`. */
  readonly frugal: boolean;
  /** Code points at which some automaton begins to behave otherwise, ascending. */
  readonly boundaries: readonly number[];
  /** Automata that only say what a text matches; none of them keeps it alive. */
  private readonly marks: ReadonlySet<number>;
  private readonly vectors: (readonly number[])[] = [];
  private readonly index = new Map<number | string, number>();

  constructor(
    automata: readonly Automaton[],
    options: { joined: boolean; open: boolean; marks?: readonly number[] },
  ) {
    this.automata = automata;
    this.joined = options.joined;
    this.open = options.open;
    this.frugal = automata.some(({ frugal }) => frugal === true);
    this.marks = new Set(options.marks);
    this.boundaries = [...new Set(automata.flatMap((automaton) => [...automaton.boundaries]))].sort(
      (a, b) => a - b,
    );
    const start = automata.map((automaton) => automaton.start);
    this.start = this.lives(start) ? this.intern(start) : DEAD;
  }

  /** Each automaton's state; DEAD for those that have dropped out. */
  at(state: number): readonly number[] {
    return this.vectors[state]!;
  }

  step(state: number, code: number): number {
    spend(1);
    const at = this.vectors[state]!;
    const { automata, joined } = this;
    if (at.length === 1) {
      const inner = at[0] === DEAD ? DEAD : automata[0]!.step(at[0]!, code);
      if (inner === at[0]) return state;
      return inner === DEAD && !this.open ? DEAD : this.internOne(inner);
    }
    const next: number[] = [];
    for (let i = 0; i < at.length; i++) {
      const inner = at[i] === DEAD ? DEAD : automata[i]!.step(at[i]!, code);
      if (inner === DEAD && joined) return DEAD;
      next.push(inner);
    }
    return this.lives(next) ? this.intern(next) : DEAD;
  }

  /** Some code point from `low` to `high` leads on. */
  leadsOn(state: number, low: number, high: number): boolean {
    if (this.step(state, low) !== DEAD) return true;
    const cuts = this.boundaries;
    for (let i = this.boundaryAfter(low); i < cuts.length && cuts[i]! <= high; i++)
      if (this.step(state, cuts[i]!) !== DEAD) return true;
    return false;
  }

  /** No automaton tells the code points from `low` to `high` apart. */
  alike(low: number, high: number): boolean {
    const next = this.boundaries[this.boundaryAfter(low)];
    return next === undefined || next > high;
  }

  accepts(state: number): boolean {
    const accepting = (inner: number, i: number): boolean =>
      inner !== DEAD && this.automata[i]!.accepts(inner);
    const at = this.at(state);
    if (this.joined) return at.every(accepting);
    return this.open || at.some((inner, i) => !this.marks.has(i) && accepting(inner, i));
  }

  /** Bounds on the code points still to come. */
  shortest(state: number): number {
    let least = 0;
    const at = this.at(state);
    for (let i = 0; i < at.length; i++)
      if (at[i] !== DEAD) least = Math.max(least, this.automata[i]!.shortest(at[i]!));
    return least;
  }

  longest(state: number): number {
    let most = Number.POSITIVE_INFINITY;
    const at = this.at(state);
    for (let i = 0; i < at.length; i++)
      most = Math.min(most, at[i] === DEAD ? 0 : this.automata[i]!.longest(at[i]!));
    return most;
  }

  /** See `Automaton.lasting`. */
  lasting(state: number): number {
    if (!this.joined) return this.open ? 0 : Number.POSITIVE_INFINITY;
    const at = this.at(state);
    if (at.length > 1) return Number.POSITIVE_INFINITY;
    return at.length === 0 ? 0 : this.automata[0]!.lasting(at[0]!);
  }

  /** Fewest code points still to come after one of the code points from `low` to `high`. */
  shortestAfter(state: number, low: number, high: number): number {
    let least = Number.POSITIVE_INFINITY;
    const cuts = this.boundaries;
    let at = this.boundaryAfter(low);
    for (let code = low; code <= high && least > 0; code = cuts[at++] ?? Number.POSITIVE_INFINITY) {
      const next = this.step(state, code);
      if (next !== DEAD) least = Math.min(least, this.shortest(next));
    }
    return least;
  }

  private lives(at: readonly number[]): boolean {
    if (this.joined) return at.every((inner) => inner !== DEAD);
    return this.open || at.some((inner, i) => inner !== DEAD && !this.marks.has(i));
  }

  private boundaryAfter(code: number): number {
    const cuts = this.boundaries;
    let from = 0;
    let to = cuts.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (cuts[middle]! <= code) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  private internOne(inner: number): number {
    return this.index.get(inner) ?? this.add(inner, [inner]);
  }

  private intern(at: readonly number[]): number {
    if (at.length === 1) return this.internOne(at[0]!);
    const key = at.join();
    return this.index.get(key) ?? this.add(key, at);
  }

  private add(key: number | string, at: readonly number[]): number {
    if (this.vectors.length >= LIMITS.productStates)
      throw new GrammarError('grammar_too_complex', { what: 'string states', limit: LIMITS.productStates });
    this.index.set(key, this.vectors.length);
    return this.vectors.push(at) - 1;
  }
}
