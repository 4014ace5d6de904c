import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store, StoreConflict } from '../../src/store/index.ts';
import { callRow, reviewRow, toolRow } from './rows.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore({ memory: true });
});
afterEach(() => store.close());

describe('tools', () => {
  it('numbers versions on, over a removal too', async () => {
    const { tools } = store;
    expect(await tools.lastVersion('t')).toBe(0);
    await tools.insert(toolRow('t', 1));
    await tools.insert(toolRow('t', 2, { digest: 'e' }));
    await tools.insert(toolRow('a', 1));
    expect(await tools.current('t')).toEqual(toolRow('t', 2, { digest: 'e' }));
    expect((await tools.list()).map((row) => [row.name, row.version])).toEqual([
      ['a', 1],
      ['t', 2],
    ]);

    expect(await tools.remove('t')).toBe(true);
    expect(await tools.remove('t')).toBe(false);
    expect(await tools.current('t')).toBeNull();
    expect((await tools.list()).map((row) => row.name)).toEqual(['a']);
    expect(await tools.version('t', 1)).toEqual(toolRow('t', 1));
    expect(await tools.lastVersion('t')).toBe(2);

    await tools.insert(toolRow('t', 3));
    expect((await tools.current('t'))?.version).toBe(3);
    expect((await tools.list()).map((row) => row.version)).toEqual([1, 3]);
  });

  it('refuses a version twice', async () => {
    await store.tools.insert(toolRow('t', 1));
    await expect(store.tools.insert(toolRow('t', 1, { digest: 'other' }))).rejects.toBeInstanceOf(
      StoreConflict,
    );
    expect((await store.tools.current('t'))?.digest).toBe('d');
  });
});

describe('calls', () => {
  it('record each advance, and let one of two writers win', async () => {
    const row = callRow();
    await store.calls.insert(row, '{}');
    const next = await store.calls.advance(row, 'selected', { tool: 't' }, '{"a":1}');
    expect(await store.calls.get(row.id)).toEqual(next);
    expect(next).toMatchObject({ seq: 2, state: 'selected', tool: 't' });
    await expect(store.calls.advance(row, 'failed', {}, '{}')).rejects.toBeInstanceOf(StoreConflict);
    expect((await store.calls.events(row.id)).map((event) => [event.seq, event.state, event.data])).toEqual([
      [1, 'received', '{}'],
      [2, 'selected', '{"a":1}'],
    ]);
  });

  it('list by page and filter, newest first', async () => {
    const rows = Array.from({ length: 7 }, (_, i) =>
      callRow({
        state: i % 2 ? 'failed' : 'forwarded',
        tool: i < 3 ? 'a' : 'b',
        created_at: `2026-01-0${i + 1}`,
      }),
    );
    for (const row of rows) await store.calls.insert(row, '{}');
    const newest = rows.map((row) => row.id).reverse();

    const seen: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await store.calls.list({}, { limit: 3, ...(after ? { after } : {}) });
      seen.push(...page.data.map((row) => row.id));
      after = seen.at(-1);
      more = page.has_more;
    }
    expect(seen).toEqual(newest);

    const ids = async (filter: object) =>
      (await store.calls.list(filter, { limit: 50 })).data.map((row) => row.id);
    expect(await ids({ state: 'failed' })).toEqual([rows[5]?.id, rows[3]?.id, rows[1]?.id]);
    expect(await ids({ tool: 'a' })).toEqual([rows[2]?.id, rows[1]?.id, rows[0]?.id]);
    expect(await ids({ since: '2026-01-06' })).toEqual([rows[6]?.id, rows[5]?.id]);
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    await store.calls.insert(callRow({ created_at: new Date().toISOString() }), '{}');
    expect(await ids({ since: hourAgo })).toHaveLength(1);
    expect(await ids({ since: '9999-12-31T23:59:59.999Z' })).toEqual([]);
    expect((await store.calls.inStates(['failed'])).map((row) => row.id)).toEqual([
      rows[1]?.id,
      rows[3]?.id,
      rows[5]?.id,
    ]);
  });
});

describe('reviews', () => {
  it('are decided once', async () => {
    const call = callRow();
    await store.calls.insert(call, '{}');
    const review = reviewRow(call.id);
    await store.reviews.insert(review);
    const decided = {
      status: 'rejected',
      decided_by: 'ann',
      decided_at: 'now',
      note: null,
      corrected: null,
    } as const;
    const both = await Promise.allSettled([
      store.reviews.decide(review.id, decided),
      store.reviews.decide(review.id, { ...decided, decided_by: 'bob' }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await store.reviews.get(review.id))?.decided_by).toBe('ann');
  });

  it('need their call', async () => {
    await expect(store.reviews.insert(reviewRow('call_none'))).rejects.toThrow(/FOREIGN KEY/);
  });
});

describe('adapters', () => {
  it('the content put last under a name is current', async () => {
    const row = (digest: string, created_at: string) => ({
      name: 'n',
      digest,
      folder: '/f',
      info: '{}',
      created_at,
    });
    await store.adapters.put(row('one', '1'));
    await store.adapters.put(row('two', '2'));
    expect((await store.adapters.current('n'))?.digest).toBe('two');
    await store.adapters.put(row('one', '3'));
    expect((await store.adapters.current('n'))?.digest).toBe('one');
    expect((await store.adapters.list()).map((adapter) => adapter.digest)).toEqual(['one', 'two']);
    expect(await store.adapters.current('none')).toBeNull();
    await store.adapters.remove('n');
    expect(await store.adapters.list()).toEqual([]);
  });
});

describe('idempotency keys', () => {
  it('belong to a scope, once', async () => {
    const call = callRow();
    await store.calls.insert(call, '{}');
    const row = { scope: 'ann', key: 'k', digest: 'd', call_id: call.id, created_at: '1' };
    await store.idempotency.claim(row);
    await expect(store.idempotency.claim(row)).rejects.toBeInstanceOf(StoreConflict);
    await store.idempotency.claim({ ...row, scope: 'bob' });
    expect(await store.idempotency.get('ann', 'k')).toEqual(row);
    expect(await store.idempotency.get('ann', 'other')).toBeNull();
  });
});
