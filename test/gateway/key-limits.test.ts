import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyLimiter } from '../../src/gateway/keys/index.ts';
import { TokenBucket } from '../../src/gateway/keys/token-bucket.ts';

describe('TokenBucket', () => {
  it('lets as many through as its rate and its burst allow, and no more, whatever the times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 300 }),
        (perMinute, waits) => {
          let now = 0;
          const bucket = new TokenBucket(perMinute, () => now);
          let taken = 0;
          for (const wait of waits) {
            now += wait;
            if (bucket.take()) taken++;
          }
          expect(taken).toBeLessThanOrEqual(perMinute + (now * perMinute) / 60_000 + 1e-6);
        },
      ),
    );
  });

  it('has a token again when it says', () => {
    let now = 0;
    const bucket = new TokenBucket(60, () => now);
    while (bucket.take());
    expect(bucket.secondsToNext).toBeCloseTo(1);
    now += 999;
    expect(bucket.take()).toBe(false);
    now += 2;
    expect([bucket.remaining, bucket.take(), bucket.take()]).toEqual([1, true, false]);
    expect(bucket.secondsToFull).toBeCloseTo(60, 1);
  });
});

describe('createKeyLimiter', () => {
  it('says how long it is to midnight UTC', () => {
    const now = Date.parse('2026-11-24T23:59:30Z');
    const limiter = createKeyLimiter({ now: () => now, monotonic: () => 0 });
    const caller = { name: 'a', scopes: ['call'] as const, tokens_per_day: 10 };
    expect(() => limiter.admit(caller, 10)).toThrow(
      expect.objectContaining({ values: expect.objectContaining({ seconds: 30 }) }),
    );
    expect(limiter.headers(caller, 9)['x-ratelimit-remaining-tokens']).toBe('1');
  });

  it('counts each key for itself', () => {
    const limiter = createKeyLimiter({ now: () => 0, monotonic: () => 0 });
    const key = (name: string) => ({ name, scopes: ['call'] as const, concurrency: 1 });
    const first = limiter.admit(key('a'), 0);
    limiter.admit(key('b'), 0);
    expect(() => limiter.admit(key('a'), 0)).toThrow(expect.objectContaining({ code: 'too_many_at_once' }));
    first();
    limiter.admit(key('a'), 0);
  });
});
