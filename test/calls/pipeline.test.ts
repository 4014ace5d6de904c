import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallPorts, createCalls } from '../../src/calls/index.ts';
import { bookTable, createRig, type Rig, sharedValidator } from './rig.ts';

const validator = sharedValidator();
afterAll(() => validator.close());

let rig: Rig;
beforeEach(async () => {
  rig = await createRig(validator);
  await rig.registry.register(bookTable(rig.upstream.origin));
});
afterEach(() => rig.close());

const INPUT = { input: "a table for four at Luigi's" };
const statesOf = async (id: string) => (await rig.calls.get(id)).events.map((event) => event.state);

describe('a call', () => {
  it('goes out once, and tells everything', async () => {
    rig.upstream.answer = () => ({ status: 201, body: { booking: 7 } });
    const result = await rig.calls.call(INPUT, { actor: 'ann' });

    expect(result).toEqual({
      id: expect.stringMatching(/^call_[0-9A-Z]{26}$/),
      status: 'forwarded',
      tool: 'book_table',
      arguments: { name: 'Luigi', guests: 4 },
      confidence: expect.closeTo(0.72),
      adapter: null,
      validation: { valid: true, errors: [] },
      upstream: { status: 201, body: { booking: 7 } },
      usage: { prompt_tokens: 50, completion_tokens: 13, forced_tokens: 6, passes: 6 },
      timings: {
        select_ms: 2,
        prefill_ms: 3,
        decode_ms: 4,
        validate_ms: expect.any(Number),
        forward_ms: expect.any(Number),
        total_ms: expect.any(Number),
      },
    });
    expect(rig.upstream.received).toEqual([
      { method: 'POST', url: '/bookings', key: undefined, body: { name: 'Luigi', guests: 4 } },
    ]);

    const { events, ...record } = await rig.calls.get(result.id);
    expect(record).toMatchObject({
      ...result,
      input: INPUT.input,
      actor: 'ann',
      tool_version: 1,
      dry_run: false,
    });
    expect(events.map((event) => event.state)).toEqual([
      'received',
      'selected',
      'generated',
      'forwarding',
      'forwarded',
    ]);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(events[3]?.data).toEqual({
      attempt: 1,
      idempotency_key: `${result.id}-1`,
      arguments: { name: 'Luigi', guests: 4 },
    });
    expect(events[4]?.data).toEqual({ upstream: { status: 201, body: { booking: 7 } } });
  });

  it('is on the disk as forwarding before its request leaves', async () => {
    const seen: unknown[] = [];
    rig.upstream.answer = () => {
      const database = new DatabaseSync(rig.file, { readOnly: true });
      seen.push(database.prepare('SELECT state, tool, arguments, attempts FROM calls').get());
      database.close();
      return { status: 200 };
    };
    await rig.calls.call(INPUT);
    expect(seen).toEqual([
      { state: 'forwarding', tool: 'book_table', arguments: '{"name":"Luigi","guests":4}', attempts: 1 },
    ]);
  });

  it('gives the model the dates worked out, and the selection the plain input', async () => {
    rig.engine.generates = () => ({ text: '{"name":"L","guests":2,"at":"2026-11-24T20:00:00+01:00"}' });
    const { id } = await rig.calls.call({ input: 'a table tomorrow at 8pm' });
    expect(rig.engine.selected[0]?.input).toBe('a table tomorrow at 8pm');
    const grounded = 'a table tomorrow at 8pm [tomorrow at 8pm = 2026-11-24T20:00:00+01:00]';
    expect(rig.engine.generated[0]?.input).toBe(grounded);
    expect((await rig.calls.get(id)).grounded).toBe(grounded);
  });

  it('takes "now" from the request, and its clock with it', async () => {
    await rig.calls.call({ input: 'tomorrow at 8pm', now: '2026-07-01T10:00:00+09:00' });
    await rig.calls.call({ input: 'tomorrow at 8pm', now: '2026-07-01T10:00:00+02:00' });
    await rig.calls.call({ input: 'tomorrow at 8pm', now: '2026-07-01T23:30:00Z' });
    expect(rig.engine.generated.map(({ input }) => input.slice(-26))).toEqual([
      '2026-07-02T20:00:00+09:00]',
      '2026-07-02T20:00:00+02:00]',
      '2026-07-03T20:00:00+02:00]',
    ]);
  });

  it('asks no model which tool when it is named', async () => {
    const result = await rig.calls.call({ ...INPUT, tool: 'book_table' });
    expect(rig.engine.selected).toEqual([]);
    expect(result).toMatchObject({ status: 'forwarded', confidence: 0.8 });
  });

  it('ends as no_tool where none fits', async () => {
    rig.engine.selects = () => ({ tool: null, confidence: 0.7 });
    const result = await rig.calls.call({ input: 'the weather is nice' });
    expect(result).toMatchObject({ status: 'no_tool', tool: null, arguments: null, confidence: 0.7 });
    expect(rig.engine.generated).toEqual([]);
    expect(rig.upstream.received).toEqual([]);
  });

  it('ends as validated on a dry run, and for a tool that goes nowhere', async () => {
    const dry = await rig.calls.call({ ...INPUT, dry_run: true });
    expect(dry).toMatchObject({
      status: 'validated',
      arguments: { name: 'Luigi', guests: 4 },
      upstream: null,
    });
    const { upstream: _, ...nowhere } = bookTable('') as { upstream: unknown };
    await rig.registry.register({ ...nowhere, name: 'nowhere' });
    expect(await rig.calls.call({ ...INPUT, tool: 'nowhere' })).toMatchObject({ status: 'validated' });
    expect(rig.upstream.received).toEqual([]);
  });

  it('says which adapter made the arguments, and serves without one that is not there', async () => {
    await rig.registry.register(bookTable(rig.upstream.origin, { name: 'tuned', adapter: 'known' }));
    await rig.registry.register(bookTable(rig.upstream.origin, { name: 'untuned', adapter: 'missing' }));
    const tuned = await rig.calls.call({ ...INPUT, tool: 'tuned' });
    expect(tuned.adapter).toEqual({ name: 'known', digest: 'sha-of-known' });
    expect(rig.engine.generated[0]?.tool.adapter).toBe('sha-of-known');
    const untuned = await rig.calls.call({ ...INPUT, tool: 'untuned' });
    expect(untuned.adapter).toBeNull();
    expect((await rig.calls.get(untuned.id)).events[2]?.data).toMatchObject({ adapter_missing: 'missing' });
  });
});

describe('adapters that are replaced while a call runs', () => {
  it('are for it what they were at its beginning, and are let go at its end, however it ends', async () => {
    let now = 'first';
    const holds: string[] = [];
    const adapters: CallPorts['adapters'] = {
      hold: (names) => {
        const then = now;
        holds.push(`hold ${names}`);
        return { digestOf: () => then, release: () => void holds.push('release') };
      },
    };
    const { engine } = rig.ports;
    const select: typeof engine.select = async (request, options) => {
      const selection = await engine.select(request, options);
      now = 'second';
      return selection;
    };
    const calls = createCalls({ ...rig.ports, adapters, engine: { select, generate: engine.generate } });
    await rig.registry.replace('book_table', bookTable(rig.upstream.origin, { adapter: 'known' }));
    const made = await calls.call({ ...INPUT, dry_run: true });
    expect(made.adapter).toEqual({ name: 'known', digest: 'first' });
    expect(rig.engine.generated.at(-1)?.tool.adapter).toBe('first');
    expect(holds).toEqual(['hold known', 'release']);
    const broken = { select, generate: () => Promise.reject(new Error('broken')) };
    await createCalls({ ...rig.ports, adapters, engine: broken }).call(INPUT);
    expect(holds.slice(2)).toEqual(['hold known', 'release']);
  });
});

describe('the candidates', () => {
  it('are the tools listed, each once', async () => {
    for (const name of ['a', 'b']) await rig.registry.register(bookTable(rig.upstream.origin, { name }));
    await rig.calls.call({ ...INPUT, tools: ['b', 'a', 'b'] });
    expect(rig.engine.selected[0]?.candidates.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  it('are eight at most, those that the text is about', async () => {
    for (let i = 0; i < 12; i++) {
      const description = i === 11 ? 'Play a song by some band' : `Do thing number ${i}`;
      await rig.registry.register(bookTable(rig.upstream.origin, { name: `tool_${i}`, description }));
    }
    await rig.calls.call({ input: 'play a song' });
    await rig.calls.call({ input: 'play a song', tools: Array.from({ length: 12 }, (_, i) => `tool_${i}`) });
    for (const { candidates } of rig.engine.selected) {
      expect(candidates.length).toBeLessThanOrEqual(8);
      expect(candidates[0]?.name).toBe('tool_11');
    }
  });

  it('must exist; a request that cannot be is no call', async () => {
    await expect(rig.calls.call({ ...INPUT, tool: 'none' })).rejects.toMatchObject({
      code: 'tool_not_found',
    });
    await expect(rig.calls.call({ ...INPUT, tools: ['book_table', 'none'] })).rejects.toMatchObject({
      code: 'tool_not_found',
    });
    await expect(rig.calls.call({ ...INPUT, tools: [] })).rejects.toMatchObject({ code: 'invalid_request' });
    const noDay = rig.calls.call({ ...INPUT, now: '2026-02-30T10:00:00Z' });
    await expect(noDay).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(rig.calls.call({ ...INPUT, now: 'soon' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await rig.registry.remove('book_table');
    await expect(rig.calls.call(INPUT)).rejects.toMatchObject({ code: 'no_tools_registered' });
    expect((await rig.calls.list({}, { limit: 10 })).data).toEqual([]);
  });
});

describe('what is not fit to go out', () => {
  const cases: [what: string, generation: object, kind: string, issue: object | null][] = [
    [
      'too many guests',
      { text: '{"name":"L","guests":40}' },
      'validation',
      { pointer: '/guests', keyword: 'maximum' },
    ],
    ['no JSON', { text: '{"name":' }, 'validation', { pointer: '', keyword: 'json' }],
    ['an array', { text: '[]' }, 'validation', { pointer: '', keyword: 'type' }],
    ['cut off', { text: '{"name":"L', finish: 'length' }, 'truncated', null],
    ['a dead end', { text: '{"name":"L', finish: 'dead_end' }, 'dead_end', null],
  ];
  it.each(cases)('%s waits for a person', async (_what, generation, kind, issue) => {
    rig.engine.generates = () => generation;
    const result = await rig.calls.call(INPUT);
    expect(result).toMatchObject({ status: 'in_review', review: { reason: { kind } } });
    if (issue !== null) expect(result.review?.reason.issues[0]).toMatchObject(issue);
    expect(rig.upstream.received).toEqual([]);
    const review = await rig.reviews.get(result.review?.id ?? '');
    expect(review).toMatchObject({ status: 'open', call_id: result.id, tool: 'book_table', tool_version: 1 });
    expect(review.call.text).toBe('text' in generation ? generation.text : '');
  });

  it('doubt under the tool’s threshold waits, with the doubtful fields', async () => {
    await rig.registry.register(
      bookTable(rig.upstream.origin, { name: 'careful', policy: { min_confidence: 0.9 } }),
    );
    const result = await rig.calls.call({ ...INPUT, tool: 'careful' });
    expect(result.review?.reason).toMatchObject({
      kind: 'low_confidence',
      issues: [{ pointer: '/guests', keyword: 'confidence' }],
    });
    rig.engine.generates = () => ({ confidence: 0.95 });
    expect(await rig.calls.call({ ...INPUT, tool: 'careful' })).toMatchObject({ status: 'forwarded' });
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('a tool without a policy sends nothing that was made up, unless it says so', async () => {
    rig.engine.generates = () => ({ confidence: 0.002 });
    expect(await rig.calls.call(INPUT)).toMatchObject({
      status: 'in_review',
      review: { reason: { kind: 'low_confidence' } },
    });
    expect(rig.upstream.received).toEqual([]);
    await rig.registry.register(
      bookTable(rig.upstream.origin, { name: 'bold', policy: { min_confidence: 0 } }),
    );
    expect(await rig.calls.call({ ...INPUT, tool: 'bold' })).toMatchObject({ status: 'forwarded' });
  });

  it('a destructive tool waits; its dry run does not', async () => {
    await rig.registry.register(
      bookTable(rig.upstream.origin, { name: 'burn', policy: { destructive: true } }),
    );
    const result = await rig.calls.call({ ...INPUT, tool: 'burn' });
    expect(result).toMatchObject({ status: 'in_review', review: { reason: { kind: 'destructive' } } });
    expect(await rig.calls.call({ ...INPUT, tool: 'burn', dry_run: true })).toMatchObject({
      status: 'validated',
    });
    expect(rig.upstream.received).toEqual([]);
  });
});

describe('the upstream', () => {
  it.each([301, 400, 404, 409, 422, 429])('answering %i puts the call before a person', async (status) => {
    rig.upstream.answer = () => ({ status, body: { reason: 'closed on Mondays' } });
    const result = await rig.calls.call(INPUT);
    expect(result).toMatchObject({
      status: 'in_review',
      upstream: { status, body: { reason: 'closed on Mondays' } },
      review: {
        reason: { kind: 'upstream_rejected', issues: [{ message: '{"reason":"closed on Mondays"}' }] },
      },
    });
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('answering 503 fails the call, which says that it may have acted', async () => {
    rig.upstream.answer = () => ({ status: 503, body: { sorry: true } });
    const result = await rig.calls.call(INPUT);
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_failed', message: expect.stringContaining('may have acted') },
      upstream: { status: 503, body: { sorry: true } },
    });
    expect(rig.upstream.received).toHaveLength(1);
  });

  it.each([
    ['hanging', () => new Promise<never>(() => {}), 'upstream_timeout', 'may have acted'],
    ['hanging up', () => ({ status: 0 }), 'upstream_', 'may have acted'],
  ])('%s fails the call after one request', async (_what, answer, code, says) => {
    rig.upstream.answer = answer;
    const result = await rig.calls.call(INPUT);
    expect(result.status).toBe('failed');
    expect(result.error?.code).toContain(code);
    expect(result.error?.message).toContain(says);
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('not there fails the call, which says that nothing was sent', async () => {
    await rig.upstream.close();
    const result = await rig.calls.call(INPUT);
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_unreachable', message: expect.stringContaining('Nothing was sent') },
    });
  });
});

describe('an engine that fails', () => {
  it('fails the call, and keeps its secrets to the log', async () => {
    rig.engine.generates = () => {
      throw new Error('segment at 0xdeadbeef');
    };
    const result = await rig.calls.call(INPUT);
    expect(result).toMatchObject({ status: 'failed', error: { code: 'internal' } });
    expect(JSON.stringify(await rig.calls.get(result.id))).not.toContain('deadbeef');
    expect(rig.errors).toMatchObject([{ message: 'segment at 0xdeadbeef' }]);
  });
});

describe('a client that leaves', () => {
  it('before the call is ready ends it, with nothing sent', async () => {
    const gone = new AbortController();
    rig.engine.generates = (_request, options) =>
      new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')));
        gone.abort();
      });
    const result = await rig.calls.call(INPUT, { signal: gone.signal });
    expect(result).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    expect(await statesOf(result.id)).toEqual(['received', 'selected', 'failed']);
    expect(rig.upstream.received).toEqual([]);
  });

  it('while the engine takes no notice still sends nothing', async () => {
    const gone = new AbortController();
    rig.engine.generates = () => {
      gone.abort();
      return {};
    };
    const result = await rig.calls.call(INPUT, { signal: gone.signal });
    expect(result).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    expect(rig.upstream.received).toEqual([]);
  });

  it('once the request is out changes nothing', async () => {
    const gone = new AbortController();
    rig.upstream.answer = () => {
      gone.abort();
      return { status: 200 };
    };
    expect(await rig.calls.call(INPUT, { signal: gone.signal })).toMatchObject({ status: 'forwarded' });
  });
});

describe('lists', () => {
  it('page and filter', async () => {
    const first = await rig.calls.call(INPUT);
    rig.engine.selects = () => ({ tool: null });
    const second = await rig.calls.call(INPUT);
    const page = await rig.calls.list({}, { limit: 1 });
    expect(page).toMatchObject({ data: [{ id: second.id, status: 'no_tool' }], has_more: true });
    const rest = await rig.calls.list({}, { limit: 1, after: second.id });
    expect(rest).toMatchObject({ data: [{ id: first.id, input: INPUT.input }], has_more: false });
    expect((await rig.calls.list({ status: 'forwarded' }, { limit: 9 })).data.map(({ id }) => id)).toEqual([
      first.id,
    ]);
    expect((await rig.calls.list({ tool: 'book_table' }, { limit: 9 })).data.map(({ id }) => id)).toEqual([
      first.id,
    ]);
    expect((await rig.calls.list({ since: '2030-01-01T00:00:00Z' }, { limit: 9 })).data).toEqual([]);
    await expect(rig.calls.get('call_none')).rejects.toMatchObject({ code: 'call_not_found' });
  });
});
