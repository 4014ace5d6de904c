import { expect, it } from 'vitest';
import type { NamedAdapter } from '../../src/gateway/index.ts';
import { pinAdapters, warnOfMissing } from '../../src/gateway/tool-adapters.ts';
import type { Tool } from '../../src/tools/index.ts';

const tool = (name: string, adapter?: string, pin?: boolean) =>
  ({ name, adapter, policy: pin === undefined ? undefined : { pin_adapter: pin } }) as Tool;
const digests: Readonly<Record<string, string>> = { one: 'd1', two: 'd2', three: 'd3' };
const current = (name: string) =>
  name in digests ? ({ name, digest: digests[name] } as NamedAdapter) : null;
const warned: string[] = [];
const ports = {
  registry: {
    list: async () => [
      tool('a', 'one', true),
      tool('b', 'two'),
      tool('c', 'none', true),
      tool('d', undefined, true),
    ],
  },
  adapters: { current },
  log: { warn: (_: object, message: string) => void warned.push(message) },
};

it('pins the adapters of tools that ask for it, by content', async () => {
  const pinned: (readonly string[])[] = [];
  await pinAdapters({ ...ports, engine: { pinAdapters: async (all) => void pinned.push(all) } });
  expect(pinned).toEqual([['d1']]);
});

it('a failure to pin, and tools whose adapter is not there, are said in the log', async () => {
  await pinAdapters({ ...ports, engine: { pinAdapters: () => Promise.reject(new Error('no')) } });
  await warnOfMissing(ports);
  expect(warned).toEqual([
    'adapters could not be pinned',
    expect.stringContaining('tool c names the adapter none'),
  ]);
});
