import { GrammarError } from '../errors.ts';
import { GbnfAutomaton } from './automaton.ts';

/** The grammars that `x-grammar` may name, compiled when first named. */
export class NamedGrammars {
  private readonly texts: Readonly<Record<string, string>>;
  private readonly compiled = new Map<string, GbnfAutomaton>();

  constructor(texts: Readonly<Record<string, string>>) {
    this.texts = texts;
  }

  get(name: string, pointer?: string): GbnfAutomaton {
    let automaton = this.compiled.get(name);
    if (automaton !== undefined) return automaton;
    if (!Object.hasOwn(this.texts, name)) {
      const known = Object.keys(this.texts).sort().join(', ') || 'none';
      throw new GrammarError(
        'grammar_unknown',
        { name: name.slice(0, 100), known },
        { keyword: 'x-grammar', pointer },
      );
    }
    automaton = new GbnfAutomaton(this.texts[name]!, 'root');
    this.compiled.set(name, automaton);
    return automaton;
  }
}
