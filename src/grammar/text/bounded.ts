import { type Automaton, DEAD } from './automaton.ts';

/** Beyond these an automaton is not looked into, and its own bounds on lengths are taken. */
const STEPS = 4_000;
const STATES = 200;
const LENGTH = 256;

/** Of each state, by how many code points a text may come to acceptance: bit n, by n, as far as the bound. */
type Lengths = ReadonlyMap<number, bigint>;

/**
 * The texts of an automaton with at most `max` code points and at least `min`, as an automaton in which every state
 * leads to acceptance; `counts`, whether it knows the bounds or only leaves out dead ends. Undefined where counting beside the automaton's own `shortest` and `longest` is as exact, or
 * the automaton is too large to tell: lengths with gaps (`^(ab)*$`), and patterns that no text satisfies together.
 */
export function bounded(
  automaton: Automaton,
  min: number,
  max: number,
): { readonly automaton: Automaton; readonly counts: boolean } | undefined {
  if (automaton.start === DEAD || automaton.frugal === true) return undefined;
  const follow = explore(automaton);
  if (follow === undefined) return undefined;
  // A text as long as there are states goes through one twice, and then there is no longest one.
  const states = follow.size;
  const exact = lengthsOf(automaton, follow, max <= LENGTH ? max : 2 * states);
  const endless = exact.get(automaton.start)! >> BigInt(states) !== 0n;
  const most = endless ? max : Math.min(max, states);
  if (most > LENGTH) {
    const alive = trimmed(automaton, exact);
    return alive === undefined ? undefined : { automaton: alive, counts: false };
  }
  const counted = [...exact].every(([state, lengths]) => lengths === between(automaton, state, most));
  return counted ? undefined : { automaton: new Bounded(automaton, exact, min, most), counts: true };
}

/** The states that can be reached, and what follows each; undefined where they are many. */
function explore(automaton: Automaton): ReadonlyMap<number, readonly number[]> | undefined {
  const follow = new Map<number, readonly number[]>();
  const found = [automaton.start];
  const seen = new Set(found);
  let steps = 0;
  for (let state = found.pop(); state !== undefined; state = found.pop()) {
    steps += automaton.boundaries.length;
    if (steps > STEPS || seen.size > STATES) return undefined;
    const next = new Set(automaton.boundaries.map((code) => automaton.step(state as number, code)));
    next.delete(DEAD);
    follow.set(state, [...next]);
    for (const to of next) {
      if (seen.has(to)) continue;
      seen.add(to);
      found.push(to);
    }
  }
  return follow;
}

/** L(s) = accepts(s) + 1 + L(next), one length after the other. */
function lengthsOf(
  automaton: Automaton,
  follow: ReadonlyMap<number, readonly number[]>,
  most: number,
): Lengths {
  const exact = new Map<number, bigint>();
  let last = new Set<number>();
  for (const state of follow.keys()) {
    const ends = automaton.accepts(state);
    exact.set(state, ends ? 1n : 0n);
    if (ends) last.add(state);
  }
  for (let length = 1; length <= most && last.size > 0; length++) {
    const now = new Set<number>();
    for (const [state, next] of follow) {
      if (!next.some((to) => last.has(to))) continue;
      now.add(state);
      exact.set(state, exact.get(state)! | (1n << BigInt(length)));
    }
    last = now;
  }
  return exact;
}

/** The lengths that `shortest` and `longest` promise. */
function between(automaton: Automaton, state: number, most: number): bigint {
  const from = automaton.shortest(state);
  const to = Math.min(automaton.longest(state), most);
  return from > to ? 0n : (1n << BigInt(to + 1)) - (1n << BigInt(from));
}

/** Without the states from which no text is accepted; undefined where there are none. */
function trimmed(automaton: Automaton, exact: Lengths): Automaton | undefined {
  if (![...exact.values()].includes(0n)) return undefined;
  const alive = (state: number): number => (state === DEAD || exact.get(state) === 0n ? DEAD : state);
  return {
    start: alive(automaton.start),
    boundaries: automaton.boundaries,
    step: (state, code) => alive(automaton.step(state, code)),
    accepts: (state) => automaton.accepts(state),
    shortest: (state) => automaton.shortest(state),
    longest: (state) => automaton.longest(state),
    lasting: () => Number.POSITIVE_INFINITY,
  };
}

/** A state is an automaton's state and how many code points came before it. */
class Bounded implements Automaton {
  readonly start: number;
  readonly boundaries: readonly number[];
  private readonly automaton: Automaton;
  private readonly exact: Lengths;
  private readonly min: number;
  private readonly max: number;

  constructor(automaton: Automaton, exact: Lengths, min: number, max: number) {
    this.automaton = automaton;
    this.boundaries = automaton.boundaries;
    this.exact = exact;
    this.min = min;
    this.max = max;
    this.start = this.state(automaton.start, 0);
  }

  step(state: number, code: number): number {
    const next = this.automaton.step(this.inner(state), code);
    return next === DEAD ? DEAD : this.state(next, this.count(state) + 1);
  }

  accepts(state: number): boolean {
    return this.count(state) >= this.min && this.automaton.accepts(this.inner(state));
  }

  shortest(state: number): number {
    let left = this.left(this.inner(state), this.count(state));
    let length = 0;
    for (; (left & 1n) === 0n; left >>= 1n) length++;
    return length;
  }

  longest(state: number): number {
    return this.left(this.inner(state), this.count(state)).toString(2).length - 1;
  }

  lasting(): number {
    return Number.POSITIVE_INFINITY;
  }

  private inner(state: number): number {
    return Math.floor(state / (this.max + 1));
  }

  private count(state: number): number {
    return state % (this.max + 1);
  }

  private state(inner: number, count: number): number {
    return this.left(inner, count) === 0n ? DEAD : inner * (this.max + 1) + count;
  }

  /** The lengths that may still come: bit n, by n code points. */
  private left(inner: number, count: number): bigint {
    if (count > this.max) return 0n;
    const fitting = (1n << BigInt(this.max - count + 1)) - 1n;
    const least = BigInt(Math.max(0, this.min - count));
    return ((this.exact.get(inner)! & fitting) >> least) << least;
  }
}
