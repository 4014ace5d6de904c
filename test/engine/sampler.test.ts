import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSampler } from '../../src/engine/onnx/sampler.ts';
import { bestAllowed } from '../../src/engine/onnx/token-mask.ts';

/** Probabilities of eight tokens, all allowed but the last, which is the likeliest. */
const PROBABILITIES = [0.3, 0.2, 0.1, 0.05, 0.03, 0.015, 0.005, 0.3];
const LOGPROBS = Float32Array.from(PROBABILITIES, Math.log);
const MASK = Uint32Array.of(0b0111_1111);
const ALLOWED = PROBABILITIES.slice(0, 7);
const DRAWS = 20_000;

function frequencies(temperature: number, topP = 1): number[] {
  const counts = Array.from({ length: 8 }, () => 0);
  for (let seed = 0; seed < DRAWS; seed++) {
    const sampler = createSampler({ temperature, topP, seed });
    counts[sampler.choose(LOGPROBS, MASK, 3, 0)]!++;
  }
  return counts.map((count) => count / DRAWS);
}

/** Within five standard deviations, everywhere: one false alarm in a million. */
function expectClose(seen: readonly number[], expected: readonly number[]): void {
  const total = expected.reduce((sum, p) => sum + p, 0);
  expected.forEach((weight, token) => {
    const p = weight / total;
    expect(Math.abs(seen[token]! - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / DRAWS));
  });
}

describe('sampling', () => {
  test('without a temperature is greedy', () => {
    expect(createSampler(undefined).choose(LOGPROBS, MASK, 0, 0)).toBe(0);
    expect(createSampler({ temperature: 0, seed: 5 }).choose(LOGPROBS, MASK, 0, 0)).toBe(0);
  });

  test('at temperature 1 is the distribution of what the grammar allows', () => {
    expectClose(frequencies(1), [...ALLOWED, 0]);
  });

  test.each([0.5, 2])('at temperature %d is p^(1/T)', (temperature) => {
    expectClose(frequencies(temperature), [...ALLOWED.map((p) => p ** (1 / temperature)), 0]);
  });

  test('within top-p is of the smallest set that holds it', () => {
    // Of 0.7 allowed, 0.3 + 0.2 + 0.1 are the first to hold 80 %.
    expectClose(frequencies(1, 0.8), [0.3, 0.2, 0.1, 0, 0, 0, 0, 0]);
    expect(frequencies(1, 0)[0]).toBe(1);
  });

  test('the same seed draws the same at the same place, another elsewhere', () => {
    const places = Array.from({ length: 60 }, (_, i) => i);
    const drawn = (seed: number, attempt = 0) =>
      places.map((at) => createSampler({ temperature: 1, seed }).choose(LOGPROBS, MASK, at, attempt));
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    expect(drawn(7)).not.toEqual(drawn(7, 1));
    expect(drawn(7)).not.toEqual(drawn(7 + 2 ** 32));
    // One sampler or many, in whatever order: nothing is remembered.
    const sampler = createSampler({ temperature: 1, seed: 7 });
    const backwards = places.toReversed().map((at) => sampler.choose(LOGPROBS, MASK, at, 0));
    expect(backwards.toReversed()).toEqual(drawn(7));
  });

  test('never draws what is not allowed', () => {
    const logprobs = fc.array(fc.float({ min: -40, max: 0, noNaN: true }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(
        logprobs,
        fc.array(fc.nat(63), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (values, allowed, temperature, topP, seed) => {
          const mask = new Uint32Array(2);
          for (const token of allowed) mask[token >> 5]! |= 1 << (token & 31);
          const own = Float32Array.from(values);
          const token = createSampler({ temperature, topP, seed }).choose(own, mask, 0, 0);
          expect(allowed).toContain(token);
          if (temperature === 0) expect(token).toBe(bestAllowed(own, mask));
        },
      ),
    );
  });
});
