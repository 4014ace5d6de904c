import { workerData } from 'piscina';
import { compileSchema } from '../grammar/index.ts';
import type { Site } from '../grammar/types.ts';
import { fromGrammarError } from '../grammar-error.ts';
import { type Outcome, toOutcome } from '../schema/index.ts';

export interface GrammarTask {
  readonly schema: string;
}

/** What a thread is given as it starts. */
export interface GrammarThread {
  /** GBNF texts by the name that `x-grammar` calls them. */
  readonly grammars: Readonly<Record<string, string>>;
}

/** What is kept of a compiled grammar: the engine compiles its own. */
export interface CompiledGrammar {
  readonly report: { readonly checked: readonly Site[]; readonly unenforced: readonly Site[] };
  readonly gbnf: string;
}

export function compileGrammar(task: GrammarTask): Outcome<CompiledGrammar> {
  return toOutcome(() => {
    try {
      const grammar = compileSchema(JSON.parse(task.schema), {
        grammars: (workerData as GrammarThread).grammars,
      });
      return { report: grammar.report, gbnf: grammar.toGbnf() };
    } catch (error) {
      throw fromGrammarError(error) ?? error;
    }
  });
}
