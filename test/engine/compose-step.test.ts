import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, composeStep } from '../../src/engine/onnx/compose-step.ts';
import { FairShares } from '../../src/engine/onnx/fair-shares.ts';

const LIMITS = { tokens: 256, rows: 32, adapters: 15 };
const row = (width: number, past = 64, adapter: string | null = null): Candidate => ({
  width,
  past,
  adapter,
});

describe('a step', () => {
  test('takes rows of a kind together', () => {
    expect(composeStep([row(1), row(2), row(1), row(1)], LIMITS)).toEqual([0, 1, 2, 3]);
  });

  test('leaves a long prompt out of the company of single tokens, whichever comes first', () => {
    const singles = Array.from({ length: 8 }, () => row(1));
    expect(composeStep([...singles, row(64)], LIMITS)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(composeStep([row(64), ...singles], LIMITS)).toEqual([0]);
  });

  test('leaves a long past out of the company of short ones', () => {
    const short = Array.from({ length: 8 }, () => row(1, 32));
    expect(composeStep([...short, row(1, 2000)], LIMITS)).toHaveLength(8);
  });

  test('never more adapters than there are slots', () => {
    const rows = Array.from({ length: 6 }, (_, i) => row(1, 64, `adapter ${i}`));
    expect(composeStep(rows, { ...LIMITS, adapters: 4 })).toEqual([0, 1, 2, 3]);
  });

  test('a row beyond the budget runs alone', () => {
    expect(composeStep([row(400), row(400)], LIMITS)).toEqual([0]);
  });

  test('always holds the first row, keeps its limits and never names a row twice', () => {
    const candidate = fc.record({
      width: fc.integer({ min: 1, max: 300 }),
      past: fc.integer({ min: 0, max: 500 }),
      adapter: fc.constantFrom(null, 'a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 40 }), (rows) => {
        const limits = { tokens: 128, rows: 8, adapters: 2 };
        const step = composeStep(rows, limits);
        expect(step[0]).toBe(0);
        expect(new Set(step).size).toBe(step.length);
        expect(step.length).toBeLessThanOrEqual(limits.rows);
        const taken = step.map((i) => rows[i]!);
        if (step.length > 1)
          expect(step.length * Math.max(...taken.map(({ width }) => width))).toBeLessThanOrEqual(128);
        const adapters = new Set(taken.flatMap(({ adapter }) => adapter ?? []));
        expect(adapters.size).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('shares', () => {
  /** Serves the least served of those waiting, `turns` times, and counts. */
  function serve(
    shares: FairShares,
    flows: readonly string[],
    cost: (flow: string) => number,
    turns: number,
  ) {
    const tokens = new Map<string, number>();
    for (let i = 0; i < turns; i++) {
      shares.waiting(flows);
      const flow = flows.toSorted((a, b) => shares.of(a) - shares.of(b))[0]!;
      shares.charge(flow, cost(flow));
      tokens.set(flow, (tokens.get(flow) ?? 0) + cost(flow));
    }
    return tokens;
  }

  test('are equal in tokens, however much one asks for at a time', () => {
    const served = serve(new FairShares(256), ['big', 'small'], (flow) => (flow === 'big' ? 200 : 5), 500);
    expect(served.get('big')! / served.get('small')!).toBeCloseTo(1, 0);
  });

  test('do not keep out for long who rode along a lot', () => {
    const shares = new FairShares(64);
    shares.waiting(['rider', 'other']);
    shares.charge('rider', 10_000);
    const served = serve(shares, ['rider', 'other'], () => 4, 40);
    expect(served.get('rider')).toBeGreaterThan(30);
  });

  test('are not saved up by who was away', () => {
    const shares = new FairShares(256);
    serve(shares, ['busy'], () => 10, 1000);
    const served = serve(shares, ['busy', 'back'], () => 10, 20);
    expect(served.get('busy')).toBe(100);
  });
});
