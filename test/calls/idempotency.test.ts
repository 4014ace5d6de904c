import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCalls } from '../../src/calls/index.ts';
import { bookTable, createRig, type Rig, sharedValidator } from './rig.ts';

const validator = sharedValidator();
afterAll(() => validator.close());

let rig: Rig;
beforeEach(async () => {
  rig = await createRig(validator);
  await rig.registry.register(bookTable(rig.upstream.origin));
});
afterEach(() => rig.close());

const INPUT = { input: 'a table for four' };
const KEY = { idempotencyKey: 'k-1' };

describe('an idempotency key', () => {
  it('gives the same answer to the same request, and sends once', async () => {
    const first = await rig.calls.call(INPUT, KEY);
    expect(first.status).toBe('forwarded');
    expect(await rig.calls.call({ ...INPUT }, KEY)).toEqual(first);
    // Another process, which never ran the call.
    expect(await createCalls(rig.ports).call(INPUT, KEY)).toEqual(first);
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('gives it to fifty at once, in this process and in another', async () => {
    const elsewhere = createCalls(rig.ports);
    rig.upstream.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { status: 200 };
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? elsewhere : rig.calls).call(INPUT, KEY)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(rig.upstream.received).toHaveLength(1);
    expect((await rig.calls.list({}, { limit: 10 })).data).toHaveLength(1);
  });

  it('refuses another request, also while the first runs', async () => {
    const running = rig.calls.call(INPUT, KEY);
    await expect(rig.calls.call({ input: 'another' }, KEY)).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
    const { id } = await running;
    await expect(rig.calls.call({ ...INPUT, dry_run: true }, KEY)).rejects.toMatchObject({
      code: 'idempotency_mismatch',
      status: 422,
      message: expect.stringContaining(id),
    });
  });

  it('belongs to who brings it', async () => {
    const ann = await rig.calls.call(INPUT, { ...KEY, actor: 'ann' });
    const bob = await rig.calls.call(INPUT, { ...KEY, actor: 'bob' });
    expect(ann.id).not.toBe(bob.id);
  });

  it('outlives its client, who may come back for the answer', async () => {
    const gone = new AbortController();
    rig.engine.generates = () => {
      gone.abort();
      return {};
    };
    await rig.calls.call(INPUT, { ...KEY, signal: gone.signal });
    expect(await rig.calls.call(INPUT, KEY)).toMatchObject({ status: 'forwarded' });
    expect(rig.upstream.received).toHaveLength(1);
  });

  it('is drained with the rest before the store closes', async () => {
    rig.upstream.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { status: 200 };
    };
    void rig.calls.call(INPUT, KEY);
    await rig.calls.drain();
    expect((await rig.calls.list({}, { limit: 9 })).data).toMatchObject([{ status: 'forwarded' }]);
  });

  it('is not used up by a request that is no call', async () => {
    await expect(rig.calls.call({ ...INPUT, tool: 'later' }, KEY)).rejects.toMatchObject({
      code: 'tool_not_found',
    });
    await rig.registry.register(bookTable(rig.upstream.origin, { name: 'later' }));
    expect(await rig.calls.call({ ...INPUT, tool: 'later' }, KEY)).toMatchObject({ status: 'forwarded' });
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(256)])('%j is none', async (idempotencyKey) => {
    await expect(rig.calls.call(INPUT, { idempotencyKey })).rejects.toMatchObject({
      code: 'idempotency_key_invalid',
    });
  });
});
