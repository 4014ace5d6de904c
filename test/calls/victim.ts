/**
 * A gateway's inside in a process of its own, to be killed. It says what it does in lines of JSON.
 *
 *     node victim.ts '{"folder", "origin", "idempotency", "hang"}'
 *
 * With `hang` it makes one call and stays in that step; without it recovers and makes calls, eight at a time, for ever.
 */
import { createCalls } from '../../src/calls/index.ts';
import { createUpstreamClient } from '../../src/upstream/index.ts';
import { bookTable, createRig, sharedValidator } from './rig.ts';

const { folder, origin, idempotency, hang } = JSON.parse(process.argv[2] ?? '{}');
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);
const pause = (most: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * most));

const rig = await createRig(sharedValidator(), folder);
const step = (name: string) => async () => {
  if (hang === undefined) await pause(8);
  if (hang !== name) return {};
  say({ hanging: name });
  return await new Promise<never>(() => {});
};
rig.engine.selects = step('select');
rig.engine.generates = step('generate');
const upstream = { method: 'POST', url: `${origin}/bookings`, idempotency };
await rig.registry.replace('book_table', bookTable(origin, { upstream }));
const client = createUpstreamClient({ env: {}, version: '0', allowedOrigins: [origin] });
const calls = createCalls({ ...rig.ports, upstream: client });

if (hang !== undefined) await calls.call({ input: 'a table' });
say({ recovered: await calls.recover() });
const callForEver = async () => {
  for (;;) {
    const { id, status } = await calls.call({ input: 'a table' });
    say({ answered: id, status });
  }
};
await Promise.all(Array.from({ length: 8 }, callForEver));
