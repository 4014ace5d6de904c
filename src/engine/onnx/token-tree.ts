/** Sequences that share their beginnings, as the tokens and parents of one pass. */
export interface TokenTree {
  readonly tokens: readonly number[];
  /** Index of the token before each, -1 at the root. */
  readonly parents: readonly number[];
  /** For each sequence, the index of each of its tokens. */
  readonly paths: readonly (readonly number[])[];
}

export function tokenTree(sequences: readonly (readonly number[])[]): TokenTree {
  const tokens: number[] = [];
  const parents: number[] = [];
  const known = new Map<string, number>();
  const paths = sequences.map((sequence) => {
    let parent = -1;
    return sequence.map((token) => {
      const edge = `${parent}/${token}`;
      let index = known.get(edge);
      if (index === undefined) {
        index = tokens.length;
        known.set(edge, index);
        tokens.push(token);
        parents.push(parent);
      }
      parent = index;
      return index;
    });
  });
  return { tokens, parents, paths };
}
