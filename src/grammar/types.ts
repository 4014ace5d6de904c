/** The room's public shapes, as docs/contracts.md promises them. */

/** A tokenizer's vocabulary. */
export interface Vocabulary {
  readonly size: number;
  readonly eos: readonly number[];
}

export interface GrammarOptions {
  /** Property order while decoding; default `schema`. */
  readonly order?: 'schema' | 'any';
  /** Default `none`: compact JSON. `spaced`: one space after each comma and colon, as many models write it. */
  readonly whitespace?: 'none' | 'spaced' | 'flexible';
  /** Default `assert`. */
  readonly formats?: 'assert' | 'annotate';
  /** Other schema documents, by URI, for `$ref`. */
  readonly documents?: Readonly<Record<string, unknown>>;
  /** GBNF grammars by name, for `"x-grammar": NAME` in a string's schema. */
  readonly grammars?: Readonly<Record<string, string>>;
  /**
   * Literal text around the value, part of the language: an engine writes `{"name":"X","arguments":` before and
   * `}` after. It belongs in the grammar because tokens span the seam (`":{"` is one token): tokenizing the two
   * sides apart would ask the model for text it has never seen.
   */
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface Site {
  readonly keyword: string;
  /** JSON Pointer into the schema. */
  readonly pointer: string;
}

export interface Grammar {
  /** Keywords enforced when a value closes rather than by the automaton, and any that only Ajv can judge. */
  readonly report: { readonly checked: readonly Site[]; readonly unenforced: readonly Site[] };
  toGbnf(): string;
}

export interface Matcher {
  /** Bit `id & 31` of word `id >> 5` is 1 where the token may come next; EOS when the value is complete. */
  mask(out: Uint32Array): void;
  /** False, and no change, where the token is not allowed. */
  accept(token: number): boolean;
  /** Tokens that must come next whatever the model says; [] if none. */
  forced(): readonly number[];
  rollback(tokens: number): void;
  /** The text so far is a whole valid value. */
  readonly complete: boolean;
}
