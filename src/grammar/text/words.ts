import { type Automaton, DEAD } from './automaton.ts';

const MOST_STEPS = 4000;
/** How often a state is passed through in search of other words. */
const VISITS = 3;

/** All texts of an automaton where there are at most `limit`; otherwise, or where that takes long, undefined. */
export function allWords(automaton: Automaton, limit: number): readonly string[] | undefined {
  if (automaton.start === DEAD) return [];
  if (automaton.longest(automaton.start) === Number.POSITIVE_INFINITY) return undefined;
  const found: string[] = [];
  const queue: (readonly [number, string])[] = [[automaton.start, '']];
  for (let steps = 0; queue.length > 0; ) {
    const [state, text] = queue.pop()!;
    if (automaton.accepts(state)) found.push(text);
    const codes = characters(automaton.boundaries, limit + 1);
    steps += codes.length;
    if (found.length > limit || queue.length > limit || steps > MOST_STEPS * 10) return undefined;
    for (const code of codes) {
      const after = automaton.step(state, code);
      if (after !== DEAD) queue.push([after, text + String.fromCodePoint(code)]);
    }
  }
  return found;
}

/** Some texts of an automaton, short ones first; none only where there is none, or none is soon found. */
export function someWords(automaton: Automaton, limit: number): readonly string[] {
  const found: string[] = [];
  if (automaton.start === DEAD) return found;
  const visits = new Map<number, number>();
  const codes = characters(automaton.boundaries, 2);
  const queue: (readonly [number, string])[] = [[automaton.start, '']];
  for (let at = 0, steps = 0; at < queue.length && found.length < limit && steps < MOST_STEPS; at++) {
    const [state, text] = queue[at]!;
    if (automaton.accepts(state)) found.push(text);
    steps += codes.length;
    for (const code of codes) {
      const after = automaton.step(state, code);
      const seen = visits.get(after) ?? 0;
      if (after === DEAD || seen >= VISITS) continue;
      visits.set(after, seen + 1);
      queue.push([after, text + String.fromCodePoint(code)]);
    }
  }
  return found;
}

/** Some characters of each class that the automaton tells apart. */
function characters(boundaries: readonly number[], each: number): readonly number[] {
  const out: number[] = [];
  boundaries.forEach((from, i) => {
    const to = Math.min(boundaries[i + 1] ?? 0x110000, from + each);
    for (let code = from; code < to; code++) out.push(code);
  });
  return out;
}
