import type { Generation } from '../types.ts';
import type { Answer } from './answer.ts';
import { jsonLeaves } from './json-leaves.ts';

/**
 * Confidence of the whole: exp Σ ln p over every choice the model made, p being the chosen token's probability
 * among all tokens of the vocabulary. What the model would rather have written outside the grammar therefore
 * lowers it. Forced tokens are no choices.
 */
export function overallConfidence(answer: Answer): number {
  return Math.exp(answer.decisions.reduce((sum, { logProbability }) => sum + logProbability, 0));
}

/**
 * The same for each leaf of the arguments: over the choices whose token touches its key or its value. A token
 * across a seam (`","`) ends one and begins the next, so it counts for both.
 *
 * `text` is the whole answer; the arguments are its bytes from `begin` to `end`.
 */
export function fieldConfidences(
  answer: Answer,
  bytes: readonly (Uint8Array | null)[],
  text: Uint8Array,
  begin: number,
  end: number,
): Generation['fields'] {
  const starts: number[] = [];
  let at = 0;
  for (const token of answer.tokens) {
    starts.push(at);
    at += bytes[token]?.length ?? 0;
  }
  starts.push(at);
  return jsonLeaves(text.subarray(begin, end)).map((leaf) => {
    const touching = answer.decisions.filter(
      ({ at: i }) => starts[i]! < begin + leaf.end && (starts[i + 1] ?? at + 1) > begin + leaf.begin,
    );
    const sum = touching.reduce((total, { logProbability }) => total + logProbability, 0);
    return { pointer: leaf.pointer, confidence: Math.exp(sum) };
  });
}
