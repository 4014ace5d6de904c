/** Longest run of tokens whose last appearance is looked for; longer matches are better guesses. */
export const LONGEST_MATCH = 3;

/**
 * Prompt lookup (Saxena 2023): arguments are mostly copied from the request, so what followed the last tokens there
 * is a good guess of what follows here. Returns the token and how long the match was.
 */
export function lookUp(
  request: readonly number[],
  written: readonly number[],
): { readonly token: number; readonly match: number } | null {
  for (let match = Math.min(LONGEST_MATCH, written.length); match > 0; match--) {
    const from = written.length - match;
    for (let i = 0; i + match < request.length; i++) {
      let k = 0;
      while (k < match && request[i + k] === written[from + k]) k++;
      if (k === match) return { token: request[i + match]!, match };
    }
  }
  return null;
}
