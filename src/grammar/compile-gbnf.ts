import { CompiledGrammar, type WearingGraph } from './compiled-grammar.ts';
import { GbnfAutomaton } from './gbnf/automaton.ts';
import { Goals } from './goal/goals.ts';
import { Matching } from './match/matching.ts';
import { TextPosition } from './match/plain-text.ts';
import { StateGraph } from './match/state.ts';
import { Documents } from './schema/documents.ts';
import { Evaluator } from './schema/evaluate.ts';
import { StringMachine } from './text/string-machine.ts';
import type { Grammar } from './types.ts';

/** Throws GrammarError for a text that is no GBNF, or whose rules recurse on the left or never end. */
export function compileGbnf(text: string, options: { readonly root?: string } = {}): Grammar {
  const root = options.root ?? 'root';
  let ready: GbnfAutomaton | undefined = new GbnfAutomaton(text, root);
  const documents = new Documents(true, {}, false);
  const none = (): never => {
    throw new Error('a text has no goals');
  };
  const make = (): WearingGraph => {
    const automaton = ready ?? new GbnfAutomaton(text, root);
    ready = undefined;
    const goals = new Goals(documents, new Evaluator(documents, () => true), {
      plain: false,
      dynamic: false,
      ordered: false,
      grammar: none,
    });
    const matching = new Matching(goals, { flexible: false });
    const machine = new StringMachine([automaton], 'raw', { joined: true, open: false });
    const start = new TextPosition(matching, machine, machine.start);
    return { graph: new StateGraph(matching, [start]), worn: () => automaton.worn };
  };
  return new CompiledGrammar(make, 0, { checked: [], unenforced: [] }, () => text);
}
