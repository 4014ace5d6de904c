/** Every bound of the room. Beyond one of them there is a coded error, never a hang. */
export const LIMITS = {
  /** Subschemas in all documents together. */
  schemaNodes: 50_000,
  schemaDepth: 256,
  /** In larger schemas it is not looked for the keyword that makes them unsatisfiable. */
  explainedNodes: 2_000,
  /** Of `minLength`, `minItems` and the like: no value of more can be written in practice. */
  leastSize: 1_000_000,
  /** Characters of one pattern. */
  patternLength: 10_000,
  /** Terms that one pattern may unfold to while it is matched. */
  regexTerms: 200_000,
  /** Steps of taking one pattern apart, over all texts; a step is a few tenths of a microsecond. */
  regexWork: 3_000_000,
  /** Steps of one call: compiling a schema, or a mask. */
  work: 8_000_000,
  /** Alternatives of one value after anyOf, oneOf and the like are multiplied out; beyond, they are checked at its end. */
  alternatives: 160,
  /** Threads that may be open at one point of the text. */
  threads: 4_096,
  /** Remembered positions of one grammar and vocabulary; beyond, remembering begins anew. */
  positions: 40_000,
  /** Depth of the value being written. */
  valueDepth: 512,
  /** Remembered states of one string automaton. */
  stringStates: 30_000,
  /** The same, of the automata over characters that it is made of. */
  productStates: 60_000,
  /** Bytes of what walking the tokens has found, for all grammars of a vocabulary together. */
  entryBytes: 128 * 2 ** 20,
  /** Bytes of patterns, and of machines for strings, names and numbers each, kept for the next grammar. */
  sharedBytes: 64 * 2 ** 20,
  /** Bytes of the remembered positions and states of all grammars together. */
  graphBytes: 256 * 2 ** 20,
  /** Stacks of rules that a GBNF grammar may be in at once. */
  gbnfStacks: 2_000,
  /** Rules of a GBNF grammar that may be open inside each other. */
  gbnfDepth: 1_000,
  /** Places in the rules of a GBNF grammar, repeats written out, and ways between them. */
  gbnfPlaces: 100_000,
  gbnfWays: 2_000_000,
  /** Steps over the rules of a GBNF grammar until each is known to end. */
  gbnfWork: 5_000_000,
} as const;
