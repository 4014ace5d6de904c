import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetOldKeys } from '../../src/calls/index.ts';
import { repetition } from '../../src/calls/repeat.ts';
import { TenonError } from '../../src/errors.ts';
import { bookTable, createRig, NOW, type Rig, sharedValidator } from './rig.ts';

const KEYED = { method: 'POST', url: 'https://a.example/', idempotency: 'header' } as const;
const BARE = { method: 'POST', url: 'https://a.example/' } as const;
const answered = (status: number, retry_after_ms?: number) => ({
  answer: { status, body: null, duration_ms: 1, ...(retry_after_ms === undefined ? {} : { retry_after_ms }) },
});
const failed = (
  code: 'upstream_unreachable' | 'upstream_timeout' | 'upstream_invalid_answer' | 'upstream_refused',
) => ({
  error: new TenonError(code, {}),
});

describe('repetition', () => {
  it.each([
    ['503 under a key', KEYED, answered(503), 503],
    ['429 under a key', KEYED, answered(429), 429],
    ['a broken connection under a key', KEYED, failed('upstream_invalid_answer'), 'upstream_invalid_answer'],
    ['no connection, whatever the upstream', BARE, failed('upstream_unreachable'), 'upstream_unreachable'],
  ])('%s is repeated', (_, spec, attempt, after) => {
    expect(repetition(spec, attempt, 1, 0, () => 0.5)).toEqual({ wait: 100, after });
  });

  it.each([
    ['503 without a key: it may have acted', BARE, answered(503)],
    ['a broken connection without a key', BARE, failed('upstream_invalid_answer')],
    ['an answer', KEYED, answered(201)],
    ['what is wrong with the request', KEYED, answered(422)],
    ['501, which no time mends', KEYED, answered(501)],
    ['an address that may not be called', KEYED, failed('upstream_refused')],
    ['what is not ours', KEYED, { error: new Error('x') }],
  ])('%s is not', (_, spec, attempt) => {
    expect(repetition(spec, attempt, 1, 0)).toBeNull();
  });

  it('waits twice as long each time, at random, and no more than three times in all', () => {
    const most = (times: number) => repetition(KEYED, answered(503), times, 0, () => 1)?.wait;
    expect([most(1), most(2), most(3)]).toEqual([200, 400, undefined]);
  });

  it('waits as long as it is asked to, unless that is beyond the time limit', () => {
    const spec = { ...KEYED, timeout_ms: 5_000 };
    expect(repetition(spec, answered(429, 3_000), 1, 0)?.wait).toBe(3_000);
    expect(repetition(spec, answered(429, 3_000), 1, 2_500)).toBeNull();
    expect(repetition(spec, answered(429, 60_000), 1, 0)).toBeNull();
  });
});

describe('a call', () => {
  const validator = sharedValidator();
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(validator);
  });
  afterEach(() => rig.close());
  afterAll(() => validator.close());

  async function call(over: object): Promise<Awaited<ReturnType<Rig['calls']['call']>>> {
    const upstream = { method: 'POST', url: `${rig.upstream.origin}/bookings`, timeout_ms: 2_000, ...over };
    await rig.registry.register(bookTable(rig.upstream.origin, { upstream }));
    return await rig.calls.call({ input: 'x', tool: 'book_table' });
  }

  it('is sent again under the same key, each time written down before it leaves', async () => {
    let times = 0;
    rig.upstream.answer = () => ({ status: ++times < 3 ? 503 : 201 });
    const result = await call({ idempotency: 'header' });
    expect(result.status).toBe('forwarded');
    const keys = rig.upstream.received.map(({ key }) => key);
    expect(keys).toEqual([`${result.id}-1`, `${result.id}-1`, `${result.id}-1`]);
    const { events } = await rig.calls.get(result.id);
    expect(events.map(({ state }) => state).slice(3)).toEqual([
      'forwarding',
      'forwarding',
      'forwarding',
      'forwarded',
    ]);
    expect(events[4]?.data).toMatchObject({ resent: true, after: 503, attempt: 1 });
  });

  it('is sent once where the upstream has no key, whatever it answers', async () => {
    rig.upstream.answer = () => ({ status: 503 });
    expect((await call({})).status).toBe('failed');
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('ends as what the last time brought', async () => {
    rig.upstream.answer = () => ({ status: 0 });
    const result = await call({ idempotency: 'header' });
    expect(result.error?.code).toBe('upstream_invalid_answer');
    expect(rig.upstream.received).toHaveLength(3);
  });

  it('an idempotency key stands for it for a month', async () => {
    await rig.registry.register(bookTable(rig.upstream.origin));
    const ask = () => rig.calls.call({ input: 'x', tool: 'book_table' }, { idempotencyKey: 'k' });
    const first = await ask();
    const days = (n: number) => new Date(NOW.getTime() + n * 86_400_000);
    expect(await forgetOldKeys(rig.store, days(29))).toBe(0);
    expect((await ask()).id).toBe(first.id);
    expect(await forgetOldKeys(rig.store, days(31))).toBe(1);
    expect((await ask()).id).not.toBe(first.id);
    expect((await rig.calls.get(first.id)).status).toBe('forwarded');
  });
});
