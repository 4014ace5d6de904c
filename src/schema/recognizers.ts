import { createRecognizer } from '../grammar/index.ts';

/** The languages that `x-grammar` may name, each compiled when it is first asked for. */
export class Recognizers {
  /** In order of the alphabet. */
  readonly names: readonly string[];
  readonly #texts: Readonly<Record<string, string>>;
  readonly #compiled = new Map<string, (text: string) => boolean>();

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = texts;
    this.names = Object.keys(texts).sort();
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#texts, name);
  }

  /** Throws the grammar's error where its GBNF does not compile, or where the text needs too much of it. */
  recognizes(name: string, text: string): boolean {
    let recognize = this.#compiled.get(name);
    if (recognize === undefined) {
      recognize = createRecognizer(this.#texts[name] ?? '');
      this.#compiled.set(name, recognize);
    }
    return recognize(text);
  }
}
