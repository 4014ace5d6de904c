import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCalls } from '../../src/calls/index.ts';
import { createUpstreamClient } from '../../src/upstream/index.ts';
import { startVictim } from './crash.ts';
import {
  bookTable,
  createRig,
  newFolder,
  type Rig,
  sharedValidator,
  startUpstream,
  type Upstream,
} from './rig.ts';

const validator = sharedValidator();
afterAll(() => validator.close());

let rig: Rig | undefined;
let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(async () => {
  await rig?.close();
  rig = undefined;
  await upstream.close();
});

/** The gateway that comes after, allowed to call the same upstream. */
async function restart(folder: string): Promise<Rig> {
  const next = await createRig(validator, folder);
  const client = createUpstreamClient({ env: {}, version: '0', allowedOrigins: [upstream.origin] });
  rig = { ...next, calls: createCalls({ ...next.ports, upstream: client }) };
  return rig;
}

/** A gateway makes a call and dies while the upstream has the request. */
async function killWhileSending(folder: string, idempotency: 'header' | 'none'): Promise<void> {
  const victim = startVictim({ folder, origin: upstream.origin, idempotency, hang: 'upstream' }, () => {});
  await new Promise<void>((resolve) => {
    upstream.answer = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  await victim.kill();
}

describe('after a crash', () => {
  it.each(['select', 'generate'] as const)(
    'during %s, the call failed and nothing was sent',
    async (hang) => {
      const folder = newFolder();
      await new Promise<void>((resolve) => {
        const options = { folder, origin: upstream.origin, idempotency: 'header', hang } as const;
        const victim = startVictim(options, () => resolve(victim.kill()));
      });

      const { calls } = await restart(folder);
      expect(await calls.recover()).toEqual({ interrupted: 1, resent: 0, parked: 0 });
      const [call] = (await calls.list({}, { limit: 5 })).data;
      expect(call).toMatchObject({ status: 'failed', error: { code: 'interrupted' } });
      expect(upstream.received).toEqual([]);
      expect(await calls.recover()).toEqual({ interrupted: 0, resent: 0, parked: 0 });
    },
  );

  it('while sending, the same key goes out again where the upstream honours keys', async () => {
    const folder = newFolder();
    await killWhileSending(folder, 'header');

    upstream.answer = () => ({ status: 200, body: { booking: 1 } });
    const { calls } = await restart(folder);
    expect(await calls.recover()).toEqual({ interrupted: 0, resent: 1, parked: 0 });
    const [call] = (await calls.list({}, { limit: 5 })).data;
    expect(call).toMatchObject({ status: 'forwarded', upstream: { body: { booking: 1 } } });
    expect(upstream.received.map(({ key }) => key)).toEqual([`${call?.id}-1`, `${call?.id}-1`]);
    expect(upstream.received[0]?.body).toEqual(upstream.received[1]?.body);
    const { events } = await calls.get(call?.id ?? '');
    expect(events.map(({ state }) => state).slice(-3)).toEqual(['forwarding', 'forwarding', 'forwarded']);
    expect(events.at(-2)?.data).toEqual({ attempt: 1, resent: true });
  });

  it('while sending, a person decides where the upstream would act twice', async () => {
    const folder = newFolder();
    await killWhileSending(folder, 'none');

    upstream.answer = () => ({ status: 200 });
    const { calls, reviews } = await restart(folder);
    expect(await calls.recover()).toEqual({ interrupted: 0, resent: 0, parked: 1 });
    expect(upstream.received).toHaveLength(1);
    const [review] = (await reviews.list({ status: 'open' }, { limit: 5 })).data;
    expect(review).toMatchObject({
      reason: { kind: 'interrupted' },
      arguments: { name: 'Luigi', guests: 4 },
    });
    const call = await calls.get(review?.call_id ?? '');
    expect(call).toMatchObject({ status: 'in_review', review: { id: review?.id } });
  });

  it('calls of this process are left to it', async () => {
    rig = await createRig(validator);
    const { calls, engine, registry, file } = rig;
    await registry.register(bookTable(rig.upstream.origin));
    let recovered: unknown;
    engine.generates = async () => {
      recovered = await calls.recover();
      return {};
    };
    expect(await calls.call({ input: 'a table' })).toMatchObject({ status: 'forwarded' });
    expect(recovered).toEqual({ interrupted: 0, resent: 0, parked: 0 });
    expect(
      new DatabaseSync(file, { readOnly: true }).prepare('SELECT count(*) AS n FROM calls').get(),
    ).toEqual({ n: 1 });
  });
});
