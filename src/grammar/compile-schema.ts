import { CompiledGrammar, type WearingGraph } from './compiled-grammar.ts';
import { GrammarError } from './errors.ts';
import { type NamedAutomata, NamedGrammars } from './gbnf/named.ts';
import { printGbnf } from './gbnf/print.ts';
import { Goals } from './goal/goals.ts';
import { unsatisfiablePlace } from './goal/unsatisfiable.ts';
import { LIMITS } from './limits.ts';
import { Matching } from './match/matching.ts';
import { Fixed, RootFrame } from './match/root.ts';
import { StateGraph } from './match/state.ts';
import { reportOf } from './report.ts';
import { Documents } from './schema/documents.ts';
import { Evaluator } from './schema/evaluate.ts';
import type { SchemaNode } from './schema/node.ts';
import { reachable } from './schema/reach.ts';
import type { Grammar, GrammarOptions } from './types.ts';
import { metered } from './work.ts';

/** Throws GrammarError { code, keyword, pointer } for a schema that is invalid, unbounded or unsatisfiable. */
export function compileSchema(schema: unknown, options: GrammarOptions = {}): Grammar {
  return metered(() => compile(schema, options));
}

function compile(schema: unknown, options: GrammarOptions): Grammar {
  const documents = new Documents(schema, options.documents ?? {}, options.formats !== 'annotate');
  const nodes = reachable(documents);
  const grammars = new NamedGrammars(options.grammars ?? {});
  const evaluator = new Evaluator(documents, (name, text) => grammars.recognizes(name, text));
  const flexible = options.whitespace === 'flexible';
  const goals = (automata: NamedAutomata): Goals =>
    new Goals(documents, evaluator, {
      plain: !flexible,
      ordered: options.order !== 'any',
      dynamic: nodes.some((node) => isDynamic(documents, node)),
      grammar: (name) => automata.get(name),
    });
  const automata = grammars.automata();
  for (const node of nodes)
    if (node.grammar !== undefined) automata.get(node.grammar, `${node.pointer}/x-grammar`);
  const first = goals(automata);
  const root = first.of([documents.root]);
  if (!first.possible(root))
    throw new GrammarError(
      'schema_unsatisfiable',
      {},
      nodes.length > LIMITS.explainedNodes ? { pointer: '' } : unsatisfiablePlace(first, documents),
    );
  const prefix = new TextEncoder().encode(options.prefix ?? '');
  const suffix = new TextEncoder().encode(options.suffix ?? '');
  let ready: { automata: NamedAutomata; goals: Goals } | undefined =
    // What is large is made anew when it is needed, and can then be forgotten again.
    first.weight > LIMITS.sharedBytes / 16 ? undefined : { automata, goals: first };
  const make = (): WearingGraph => {
    const fresh = ready?.automata ?? grammars.automata();
    const matching = new Matching(ready?.goals ?? goals(fresh), {
      flexible,
      spaced: options.whitespace === 'spaced',
    });
    ready = undefined;
    const value = new RootFrame(matching, suffix).alone.value(matching.goals.of([documents.root]));
    const start = prefix.length > 0 ? new Fixed(matching, prefix, 0, value) : value;
    return { graph: new StateGraph(matching, [start]), worn: () => fresh.worn };
  };
  return new CompiledGrammar(make, prefix.length, reportOf(nodes), () => {
    const named = grammars.automata();
    const again = goals(named);
    return printGbnf(again, again.of([documents.root]), nodes, named);
  });
}

/** What the node refers to depends on the way from the root, so only the root can be checked. */
function isDynamic(documents: Documents, node: SchemaNode): boolean {
  return node.dynamicRef?.anchor !== undefined && documents.answering(node.dynamicRef.anchor).length > 1;
}
