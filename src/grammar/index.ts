/**
 * The grammar room: JSON Schema (and GBNF) → automaton → token masks.
 * Pure and synchronous: no I/O, no engine, nothing imported from outside this folder.
 * A schema is compiled once; a matcher follows one text token by token and says which tokens may come next.
 * What no automaton can say is checked when a value closes, so what gets through is valid.
 * How it works: README.md beside this file.
 */
import { CompiledGrammar } from './compiled-grammar.ts';
import { TokenMatcher } from './match/matcher.ts';
import type { Grammar, Matcher, Vocabulary } from './types.ts';
import { tableOf } from './vocabulary/vocabulary.ts';

export { compileGbnf } from './compile-gbnf.ts';
export { compileSchema } from './compile-schema.ts';
export { GRAMMAR_ERRORS, GrammarError, type GrammarErrorCode } from './errors.ts';
export { formatHolds, STRING_FORMATS } from './formats/formats.ts';
export { createRecognizer } from './gbnf/recognizer.ts';
export { isMultiple } from './number/number-rule.ts';
export { patternHolds } from './regex/matcher.ts';
export type { Grammar, GrammarOptions, Matcher, Site, Vocabulary } from './types.ts';
export { createVocabulary } from './vocabulary/vocabulary.ts';

export function createMatcher(grammar: Grammar, vocabulary: Vocabulary): Matcher {
  if (!(grammar instanceof CompiledGrammar))
    throw new TypeError('A grammar is made by compileSchema or compileGbnf.');
  return new TokenMatcher(tableOf(vocabulary), grammar.graph(vocabulary), grammar.from);
}
