import { GrammarError } from '../errors.ts';
import { GbnfAutomaton } from './automaton.ts';
import { createRecognizer } from './recognizer.ts';

/** The grammars that `x-grammar` may name, each compiled when it is first named. */
export class NamedGrammars {
  private readonly texts: Readonly<Record<string, string>>;
  private readonly recognizers = new Map<string, (text: string) => boolean>();

  constructor(texts: Readonly<Record<string, string>>) {
    this.texts = texts;
  }

  /** Throws GrammarError `grammar_unknown`. */
  text(name: string, pointer?: string): string {
    if (Object.hasOwn(this.texts, name)) return this.texts[name]!;
    const known = Object.keys(this.texts).sort().join(', ') || 'none';
    throw new GrammarError(
      'grammar_unknown',
      { name: name.slice(0, 100), known },
      { keyword: 'x-grammar', pointer },
    );
  }

  recognizes(name: string, text: string): boolean {
    let recognizer = this.recognizers.get(name);
    if (recognizer === undefined) {
      recognizer = createRecognizer(this.text(name));
      this.recognizers.set(name, recognizer);
    }
    return recognizer(text);
  }

  automata(): NamedAutomata {
    return new NamedAutomata(this);
  }
}

/** Their automata for one graph of states: what they remember of texts goes when the graph does. */
export class NamedAutomata {
  private readonly grammars: NamedGrammars;
  private readonly made = new Map<string, GbnfAutomaton>();

  constructor(grammars: NamedGrammars) {
    this.grammars = grammars;
  }

  get(name: string, pointer?: string): GbnfAutomaton {
    let automaton = this.made.get(name);
    if (automaton === undefined) {
      automaton = new GbnfAutomaton(this.grammars.text(name, pointer), 'root');
      this.made.set(name, automaton);
    }
    return automaton;
  }

  /** What an automaton of these is called. */
  nameOf(automaton: GbnfAutomaton): string {
    for (const [name, made] of this.made) if (made === automaton) return name;
    return 'unnamed';
  }

  get worn(): boolean {
    for (const automaton of this.made.values()) if (automaton.worn) return true;
    return false;
  }
}
