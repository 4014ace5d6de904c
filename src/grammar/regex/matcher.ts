import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { Recent } from '../recent.ts';
import { matches } from '../text/automaton.ts';
import { exhausted } from '../work.ts';
import { Backtracker } from './backtrack.ts';
import { patternAutomaton } from './compile.ts';
import { DerivativeMatcher } from './derivative-matcher.ts';
import { outgrows } from './probe.ts';

const KEPT = 512;
const stores = new Recent<string, DerivativeMatcher>(LIMITS.sharedBytes, ({ weight }) => weight);
const known = new Map<string, TextMatcher | null>();

/** Runs a pattern over a whole text. */
interface TextMatcher {
  test(text: string): boolean;
}

/** For a pattern without an automaton, or with one that is too large to follow; null for all others. Throws for one that is no pattern. */
export function textMatcher(source: string): TextMatcher | null {
  let found = known.get(source);
  if (found === undefined) {
    found = find(source);
    known.set(source, found);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
  }
  return found;
}

function find(source: string): TextMatcher | null {
  // Throws where the syntax itself is wrong.
  const backtracker = (): Backtracker => new Backtracker(source);
  const derivatives = (): DerivativeMatcher =>
    stores.take(
      source,
      () => new DerivativeMatcher(source),
      ({ worn }) => worn,
    );
  const followed = attempt(() => {
    if (outgrows(source)) return false;
    patternAutomaton([{ source, search: true }]);
    return true;
  });
  if (followed === true) return null;
  if (attempt(derivatives) === undefined) return backtracker();
  let other: Backtracker | undefined;
  return { test: (text) => attempt(() => derivatives().test(text)) ?? (other ??= backtracker()).test(text) };
}

/** Undefined where a pattern has no derivatives, or more than there may be. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    if (error.code !== 'schema_pattern_unsupported' && error.code !== 'grammar_too_complex') throw error;
    // The call has nothing left to spend: that says nothing of the pattern.
    if (exhausted()) throw error;
    return undefined;
  }
}

/** Whether some part of a text matches a pattern, as `pattern` asks; the validator's answer is this one. */
export function patternHolds(source: string, text: string): boolean {
  const other = textMatcher(source);
  return other === null ? matches(patternAutomaton([{ source, search: true }]), text) : other.test(text);
}
