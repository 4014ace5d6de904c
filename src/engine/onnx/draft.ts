import type { Matcher } from '../../grammar/index.ts';

/** Longest run of tokens whose last appearance is looked for; longer matches are better guesses. */
const LONGEST_MATCH = 3;

/**
 * Prompt lookup (Saxena 2023): arguments are mostly copied from the request, so what followed the last tokens
 * there is a good guess of what follows here. Only what the grammar allows is proposed; the matcher is left as
 * it was.
 */
export function draftFromPrompt(
  request: readonly number[],
  written: readonly number[],
  matcher: Matcher,
  limit: number,
): readonly number[] {
  const at = followingMatch(request, written);
  if (at < 0) return [];
  const draft: number[] = [];
  for (const token of request.slice(at, at + limit)) {
    if (!matcher.accept(token)) break;
    draft.push(token);
  }
  if (draft.length > 0) matcher.rollback(draft.length);
  return draft;
}

/** Index in `request` just after the longest match of the end of `written`; -1 if there is none. */
function followingMatch(request: readonly number[], written: readonly number[]): number {
  for (let length = Math.min(LONGEST_MATCH, written.length); length > 0; length--) {
    const end = written.slice(-length);
    for (let i = 0; i + length < request.length; i++) {
      if (end.every((token, k) => request[i + k] === token)) return i + length;
    }
  }
  return -1;
}
