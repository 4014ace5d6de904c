import { LIMITS } from '../limits.ts';
import { patternTerm } from './compile.ts';
import { type Term, TermStore } from './terms.ts';

/**
 * Patterns whose automaton is too large to be explored ahead, matched along one text: a derivative a character, and
 * no backtracking. Throws `schema_pattern_unsupported` where there are no derivatives, `grammar_too_complex`
 * beyond the limits of a pattern.
 */
export class DerivativeMatcher {
  private readonly store = new TermStore();
  private readonly start: Term;

  constructor(source: string) {
    this.start = patternTerm(this.store, { source, search: true });
    this.store.seal();
  }

  /** So full of other texts' terms that the next had better begin anew. */
  get worn(): boolean {
    return this.store.size > LIMITS.regexTerms / 2 || this.store.work > LIMITS.regexWork / 2;
  }

  /** Bytes, roughly. */
  get weight(): number {
    return this.store.weight;
  }

  /** Some part of the text matches. */
  test(text: string): boolean {
    let term = this.start;
    for (const char of text) {
      if (term === TermStore.NOTHING || term === TermStore.ALL) break;
      term = this.store.step(term, char.codePointAt(0)!);
    }
    return this.store.nullable(term);
  }
}
