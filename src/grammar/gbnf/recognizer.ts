import { matches } from '../text/automaton.ts';
import { GbnfAutomaton } from './automaton.ts';

/**
 * Whether a whole text is of a GBNF grammar's language: the same rules that decoding follows, for who has the text
 * already. Throws GrammarError for a grammar that does not compile; the test throws `grammar_too_complex`.
 */
export function createRecognizer(text: string): (value: string) => boolean {
  let automaton = new GbnfAutomaton(text, 'root');
  return (value) => {
    // What an automaton remembers of earlier texts must not use up the bound of the next one.
    if (automaton.worn) automaton = new GbnfAutomaton(text, 'root');
    return matches(automaton, value);
  };
}
