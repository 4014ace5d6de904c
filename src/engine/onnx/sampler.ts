import type { Sampling } from '../types.ts';
import { bestAllowed, tokensIn } from './token-mask.ts';

/** Picks the next token among those allowed. */
export interface Sampler {
  /**
   * `position` is the token's place in the answer and `attempt` how often it has been chosen before: they, and the
   * seed, are all that chance depends on, so neither drafts nor the batch change what is drawn.
   */
  choose(logprobs: Float32Array, mask: Uint32Array, position: number, attempt: number): number;
}

const greedy: Sampler = { choose: (logprobs, mask) => bestAllowed(logprobs, mask) };

/** Greedy without a temperature, or with 0. */
export function createSampler(sampling: Sampling | undefined): Sampler {
  const temperature = sampling?.temperature ?? 0;
  if (temperature <= 0) return greedy;
  const topP = sampling?.topP ?? 1;
  const seed = sampling?.seed ?? Math.floor(Math.random() * 2 ** 32);
  return {
    choose: (logprobs, mask, position, attempt) =>
      draw(logprobs, mask, temperature, topP, uniform(seed, position, attempt)),
  };
}

/**
 * The token at `chance` of the allowed tokens' distribution, p ∝ exp(ln p / temperature), cut to the smallest set of
 * likeliest tokens that holds `topP` of it (Holtzman et al. 2020).
 */
function draw(
  logprobs: Float32Array,
  mask: Uint32Array,
  temperature: number,
  topP: number,
  chance: number,
): number {
  const best = bestAllowed(logprobs, mask);
  if (best < 0) return best;
  const tokens = (tokensIn(mask, Number.POSITIVE_INFINITY) ?? []).toSorted(
    (a, b) => logprobs[b]! - logprobs[a]! || a - b,
  );
  const weights = tokens.map((token) => Math.exp((logprobs[token]! - logprobs[best]!) / temperature));
  const total = sum(weights);
  let kept = 0;
  let mass = 0;
  while (kept < tokens.length && (kept === 0 || mass < topP * total)) mass += weights[kept++]!;
  let rest = chance * mass;
  for (let i = 0; i < kept; i++) {
    rest -= weights[i]!;
    if (rest < 0) return tokens[i]!;
  }
  return tokens[kept - 1]!;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 ≤ u < 1, by mixing three numbers as MurmurHash3 does (Appleby 2011). */
function uniform(seed: number, position: number, attempt: number): number {
  let hash = Math.floor(seed / 2 ** 32) | 0;
  for (const word of [seed, position, attempt]) {
    let k = Math.imul(word | 0, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    hash ^= k;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= 12;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
