/** The most likely token whose bit is set in `mask`, or -1 if none is. */
export function bestAllowed(logprobs: Float32Array, mask: Uint32Array): number {
  let best = -1;
  let max = Number.NEGATIVE_INFINITY;
  for (let word = 0; word < mask.length; word++) {
    let bits = mask[word]!;
    while (bits !== 0) {
      const token = word * 32 + (31 - Math.clz32(bits & -bits));
      bits &= bits - 1;
      if (logprobs[token]! > max) {
        max = logprobs[token]!;
        best = token;
      }
    }
  }
  return best;
}

export function isAllowed(mask: Uint32Array, token: number): boolean {
  return ((mask[token >> 5]! >>> (token & 31)) & 1) === 1;
}

/** The tokens whose bits are set, or null if there are more than `limit`. */
export function tokensIn(mask: Uint32Array, limit: number): readonly number[] | null {
  const tokens: number[] = [];
  for (let word = 0; word < mask.length; word++) {
    let bits = mask[word]!;
    while (bits !== 0) {
      if (tokens.length === limit) return null;
      tokens.push(word * 32 + (31 - Math.clz32(bits & -bits)));
      bits &= bits - 1;
    }
  }
  return tokens;
}
