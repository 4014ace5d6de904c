import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReviews } from '../../src/reviews/index.ts';
import { bookTable, createRig, NOW, PARAMETERS, type Rig, sharedValidator } from '../calls/rig.ts';

const validator = sharedValidator();
afterAll(() => validator.close());

let rig: Rig;
beforeEach(async () => {
  rig = await createRig(validator);
  await rig.registry.register(bookTable(rig.upstream.origin));
});
afterEach(() => rig.close());

const INPUT = { input: 'a table for forty tomorrow' };
const GOOD = { name: 'Luigi', guests: 4 };

/** A call that waits because its arguments do not fit. */
async function invalidCall(request: object = INPUT) {
  rig.engine.generates = () => ({ text: '{"name":"Luigi","guests":40}' });
  const { id, review } = await rig.calls.call(request as typeof INPUT);
  return { call: id, review: review?.id ?? '' };
}

/** A call that waits although its arguments fit. */
async function destructiveCall() {
  rig.engine.generates = () => ({});
  await rig.registry.register(
    bookTable(rig.upstream.origin, { name: 'burn', policy: { destructive: true } }),
  );
  const { id, review } = await rig.calls.call({ input: 'burn it', tool: 'burn' } as never);
  return { call: id, review: review?.id ?? '' };
}

describe('a review', () => {
  it('shows all that a person needs', async () => {
    const { call, review } = await invalidCall();
    expect(await rig.reviews.get(review)).toMatchObject({
      id: review,
      status: 'open',
      input: INPUT.input,
      tool: 'book_table',
      tool_version: 1,
      schema: PARAMETERS,
      reason: { kind: 'validation', issues: [{ pointer: '/guests', keyword: 'maximum' }] },
      arguments: { name: 'Luigi', guests: 40 },
      decided: null,
      call: { id: call, status: 'in_review', text: '{"name":"Luigi","guests":40}' },
    });
    await expect(rig.reviews.get('rev_none')).rejects.toMatchObject({ code: 'review_not_found' });
    await expect(rig.reviews.decide('rev_none', { decision: 'approve' }, 'ann')).rejects.toMatchObject({
      code: 'review_not_found',
    });
  });

  it('keeps the schema its call was made with when the tool has a new version', async () => {
    const { review } = await invalidCall();
    const roomy = { ...PARAMETERS, properties: { ...PARAMETERS.properties, guests: { type: 'integer' } } };
    await rig.registry.replace('book_table', bookTable(rig.upstream.origin, { parameters: roomy }));
    expect(await rig.reviews.get(review)).toMatchObject({ tool_version: 1, schema: PARAMETERS });
    await expect(rig.reviews.decide(review, { decision: 'approve' }, 'ann')).rejects.toMatchObject({
      code: 'review_not_approvable',
    });
  });

  it('is listed by page and filter, newest first', async () => {
    const first = await invalidCall();
    const second = await invalidCall();
    const third = await destructiveCall();
    const ids = async (filter: object, page: object = {}) =>
      (await rig.reviews.list(filter, { limit: 10, ...page })).data.map(({ id }) => id);
    expect(await ids({})).toEqual([third.review, second.review, first.review]);
    expect(await ids({}, { limit: 1, after: third.review })).toEqual([second.review]);
    expect(await ids({ tool: 'burn' })).toEqual([third.review]);
    expect(await ids({ kind: 'validation' })).toEqual([second.review, first.review]);
    await rig.reviews.decide(first.review, { decision: 'reject' }, 'ann');
    expect(await ids({ status: 'open' })).toEqual([third.review, second.review]);
    expect(await ids({ status: 'rejected', since: '2026-01-01T00:00:00Z' })).toEqual([first.review]);
    expect(await rig.reviews.list({}, { limit: 2 })).toMatchObject({ has_more: true });
  });
});

describe('approve', () => {
  it('sends what fits', async () => {
    const { call, review } = await destructiveCall();
    const decided = await rig.reviews.decide(review, { decision: 'approve', note: 'fine' }, 'ann');
    expect(decided).toMatchObject({
      status: 'approved',
      decided: { by: 'ann', at: NOW.toISOString(), note: 'fine' },
      call: { id: call, status: 'forwarded', arguments: GOOD, upstream: { status: 201 } },
    });
    expect(decided.call.events.at(-2)).toMatchObject({
      state: 'forwarding',
      data: { released_by: 'ann', attempt: 1 },
    });
    expect(rig.upstream.received.map(({ body }) => body)).toEqual([GOOD]);
  });

  it('refuses what does not fit, with the places, and stays open', async () => {
    const { review } = await invalidCall();
    await expect(rig.reviews.decide(review, { decision: 'approve' }, 'ann')).rejects.toMatchObject({
      code: 'review_not_approvable',
      status: 409,
      details: [{ pointer: '/guests', keyword: 'maximum' }],
    });
    expect(await rig.reviews.get(review)).toMatchObject({ status: 'open', call: { status: 'in_review' } });
    expect(rig.upstream.received).toEqual([]);
  });

  it('refuses what could not be read', async () => {
    rig.engine.generates = () => ({ text: '{"name":"L', finish: 'length' });
    const { review } = await rig.calls.call(INPUT);
    await expect(rig.reviews.decide(review?.id ?? '', { decision: 'approve' }, 'ann')).rejects.toMatchObject({
      code: 'review_not_approvable',
    });
  });
});

describe('correct', () => {
  it('sends the corrected arguments, and keeps both', async () => {
    const { review } = await invalidCall();
    const decided = await rig.reviews.decide(review, { decision: 'correct', arguments: GOOD }, 'ann');
    expect(decided).toMatchObject({
      status: 'corrected',
      arguments: { name: 'Luigi', guests: 40 },
      decided: { by: 'ann', arguments: GOOD },
      call: { status: 'forwarded', arguments: GOOD, validation: { valid: true } },
    });
    expect(rig.upstream.received.map(({ body }) => body)).toEqual([GOOD]);
  });

  it.each([
    [
      { name: 'Luigi', guests: 13 },
      { pointer: '/guests', keyword: 'maximum' },
    ],
    [{ name: 'Luigi' }, { keyword: 'required' }],
    ['four', { keyword: 'type' }],
    [null, { keyword: 'type' }],
  ])('refuses %j, and stays open', async (args, issue) => {
    const { review } = await invalidCall();
    await expect(
      rig.reviews.decide(review, { decision: 'correct', arguments: args }, 'ann'),
    ).rejects.toMatchObject({
      code: 'arguments_invalid',
      status: 422,
      details: [issue],
    });
    expect(await rig.reviews.get(review)).toMatchObject({ status: 'open', decided: null });
    expect(rig.upstream.received).toEqual([]);
  });

  it('needs arguments', async () => {
    const { review } = await invalidCall();
    await expect(rig.reviews.decide(review, { decision: 'correct' }, 'ann')).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it('of a dry run sends nothing', async () => {
    const { review } = await invalidCall({ ...INPUT, dry_run: true });
    const decided = await rig.reviews.decide(review, { decision: 'correct', arguments: GOOD }, 'ann');
    expect(decided.call).toMatchObject({ status: 'validated', arguments: GOOD });
    expect(rig.upstream.received).toEqual([]);
  });
});

describe('reject', () => {
  it('ends the call with who, when and why', async () => {
    const { review } = await invalidCall();
    const decided = await rig.reviews.decide(review, { decision: 'reject', note: 'a joke' }, 'ann');
    expect(decided).toMatchObject({
      status: 'rejected',
      decided: { by: 'ann', at: NOW.toISOString(), note: 'a joke' },
      call: {
        status: 'failed',
        error: { code: 'rejected', message: expect.stringContaining('ann: a joke') },
      },
    });
    expect(rig.upstream.received).toEqual([]);
  });
});

describe('deciding', () => {
  it('twice is refused, and says who was first', async () => {
    const { review } = await destructiveCall();
    await rig.reviews.decide(review, { decision: 'approve' }, 'ann');
    for (const decision of ['approve', 'reject'] as const) {
      await expect(rig.reviews.decide(review, { decision }, 'bob')).rejects.toMatchObject({
        code: 'review_closed',
        status: 409,
        message: expect.stringMatching(/approved by ann/),
      });
    }
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('at once: one wins, the upstream is sent once', async () => {
    // As two processes would: each with its own eyes on the same store.
    const other = createReviews({ ...rig.ports, calls: rig.calls });
    for (let round = 0; round < 10; round++) {
      const { id, review } = await rig.calls.call({ input: `burn ${round}`, tool: await burning() });
      const before = rig.upstream.received.length;
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 ? other : rig.reviews).decide(
            review?.id ?? '',
            { decision: i % 3 ? 'approve' : 'reject' },
            `person ${i}`,
          ),
        ),
      );
      const won = outcomes.filter(({ status }) => status === 'fulfilled');
      expect(won).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'review_closed' });
      }
      const { status } = await rig.calls.get(id);
      expect(rig.upstream.received.length - before).toBe(status === 'forwarded' ? 1 : 0);
    }
  });

  it('loses nothing where the upstream refuses again: a new review, with its answer', async () => {
    const { call, review } = await destructiveCall();
    rig.upstream.answer = () => ({ status: 422, body: { reason: 'full' } });
    const decided = await rig.reviews.decide(review, { decision: 'approve' }, 'ann');
    expect(decided).toMatchObject({
      status: 'approved',
      call: { status: 'in_review', upstream: { status: 422 } },
    });
    const next = decided.call.review;
    expect(next).toMatchObject({
      reason: { kind: 'upstream_rejected', issues: [{ message: '{"reason":"full"}' }] },
    });
    expect(next?.id).not.toBe(review);

    rig.upstream.answer = () => ({ status: 200 });
    const again = await rig.reviews.decide(
      next?.id ?? '',
      { decision: 'correct', arguments: { ...GOOD, guests: 2 } },
      'ann',
    );
    expect(again.call).toMatchObject({
      id: call,
      status: 'forwarded',
      arguments: { guests: 2 },
      upstream: { status: 200 },
    });
    expect(again.call.events.map(({ state }) => state)).toEqual([
      'received',
      'selected',
      'generated',
      'in_review',
      'forwarding',
      'in_review',
      'forwarding',
      'forwarded',
    ]);
    const keys = again.call.events.flatMap(({ data }) => data.idempotency_key ?? []);
    expect(keys).toEqual([`${call}-1`, `${call}-2`]);
    expect(again.call.events[5]?.data).toMatchObject({ upstream: { status: 422, body: { reason: 'full' } } });
  });

  it('loses nothing where the upstream is down: the call failed, the decision stands', async () => {
    const { review } = await destructiveCall();
    await rig.upstream.close();
    const decided = await rig.reviews.decide(review, { decision: 'approve' }, 'ann');
    expect(decided).toMatchObject({
      status: 'approved',
      call: { status: 'failed', error: { code: 'upstream_unreachable' } },
    });
  });
});

async function burning(): Promise<string> {
  await rig.registry.register(
    bookTable(rig.upstream.origin, { name: 'burn', policy: { destructive: true } }),
  );
  return 'burn';
}

describe('corrections', () => {
  it('are lines of JSON, with what was said, what it should have been, and where it comes from', async () => {
    const one = await invalidCall();
    const two = await invalidCall();
    const rejected = await invalidCall();
    await rig.reviews.decide(
      two.review,
      { decision: 'correct', arguments: { ...GOOD, guests: 2 }, note: 'two' },
      'bob',
    );
    await rig.reviews.decide(one.review, { decision: 'correct', arguments: GOOD }, 'ann');
    await rig.reviews.decide(rejected.review, { decision: 'reject' }, 'ann');

    const lines: string[] = [];
    for await (const line of rig.reviews.corrections()) lines.push(line);
    expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        input: INPUT.input,
        grounded: `${INPUT.input} [tomorrow = 2026-11-24]`,
        tool: 'book_table',
        tool_version: 1,
        before: { name: 'Luigi', guests: 40 },
        after: GOOD,
        text: '{"name":"Luigi","guests":40}',
        reason: 'validation',
        by: 'ann',
        at: NOW.toISOString(),
        note: null,
        call: one.call,
        review: one.review,
      },
      expect.objectContaining({
        after: { name: 'Luigi', guests: 2 },
        by: 'bob',
        note: 'two',
        call: two.call,
      }),
    ]);
    for await (const line of rig.reviews.corrections({ tool: 'other' })) expect.fail(line);
  });
});
