import { GrammarError } from '../errors.ts';
import { matches } from '../text/automaton.ts';
import { Backtracker } from './backtrack.ts';
import { patternAutomaton } from './compile.ts';

const KEPT = 512;
const known = new Map<string, Backtracker | null>();

/** The pattern has no automaton and must be run over the whole text. Throws for one that is no pattern. */
export function backtracker(source: string): Backtracker | null {
  let found = known.get(source);
  if (found === undefined) {
    found = needed(source) ? new Backtracker(source) : null;
    known.set(source, found);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
  }
  return found;
}

function needed(source: string): boolean {
  try {
    patternAutomaton([{ source, search: true }]);
    return false;
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    if (error.code !== 'schema_pattern_unsupported' && error.code !== 'grammar_too_complex') throw error;
    // Throws the same again where the syntax itself is wrong.
    new Backtracker(source);
    return true;
  }
}

/** Whether some part of a text matches a pattern, as `pattern` asks; the validator's answer is this one. */
export function patternHolds(source: string, text: string): boolean {
  const other = backtracker(source);
  return other === null ? matches(patternAutomaton([{ source, search: true }]), text) : other.test(text);
}
