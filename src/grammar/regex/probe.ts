import { DEAD } from '../text/automaton.ts';
import { PatternAutomaton } from './compile.ts';
import { parsePattern, type Syntax } from './syntax.ts';

/** Patterns of fewer characters, repeats written out, are small whatever they say. */
const SMALL = 24;
const WALKS = 3;
const LENGTH = 100;
/** Characters tried at each place of a walk. */
const TRIED = 16;
/** Steps of work of all walks together. Of the patterns in real schemas all but the one that must not take under 5,000. */
const DEAR = 10_000;
/** The same until there is a first state; real ones take a few thousand. */
const FIRST = 300_000;

/**
 * Whether the states of a pattern's automaton become so many, or so large, that masks would run out of work: texts are
 * written by a fixed rule, what may follow is tried along them, and what that cost is looked at. Throws
 * `grammar_too_complex` where already the first state is beyond it.
 */
export function outgrows(source: string): boolean {
  if (unfolded(parsePattern(source)) < SMALL) return false;
  // One of its own: what the shared one has seen so far must not decide.
  const automaton = new PatternAutomaton([{ source, search: true }], FIRST + DEAR);
  if (automaton.start === DEAD) return false;
  const codes = sampled(automaton.boundaries);
  const most = automaton.work + DEAR;
  let random = 1;
  for (let walk = 0; walk < WALKS; walk++) {
    let state = automaton.start;
    for (let i = 0; i < LENGTH; i++) {
      const next = codes.map((code) => automaton.step(state, code)).filter((to) => to !== DEAD);
      if (automaton.work > most) return true;
      if (next.length === 0) break;
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      state = next[(random >>> 8) % next.length]!;
    }
  }
  return false;
}

function sampled(boundaries: readonly number[]): readonly number[] {
  const every = Math.max(1, boundaries.length / TRIED);
  return Array.from(
    { length: Math.min(TRIED, boundaries.length) },
    (_, i) => boundaries[Math.floor(i * every)]!,
  );
}

/** Characters of a pattern with its counts multiplied out. */
function unfolded(syntax: Syntax): number {
  switch (syntax.kind) {
    case 'set':
      return 1;
    case 'sequence':
    case 'choice':
      return syntax.parts.reduce((sum, part) => sum + unfolded(part), 0);
    case 'repeat': {
      const turns = syntax.max === Number.POSITIVE_INFINITY ? Math.max(syntax.min, 1) : syntax.max;
      return unfolded(syntax.body) * turns;
    }
    case 'look':
    case 'group':
      return unfolded(syntax.body);
    default:
      return 0;
  }
}
