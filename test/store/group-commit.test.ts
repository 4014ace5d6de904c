import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.ts';
import { toolRow } from './rows.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore({ memory: true });
});
afterEach(() => store.close());

describe('transactions asked for at once', () => {
  it('each happen or do not, whatever the others do', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        store.transaction(async ({ tools }) => {
          await tools.insert(toolRow(`t${i}`, 1));
          if (i % 3 === 0) throw new Error(`no ${i}`);
          // A constraint that fails half way must not leave the first half.
          if (i % 3 === 1) await tools.insert(toolRow(`t${i}`, 1));
          return i;
        }),
      ),
    );
    outcomes.forEach((outcome, i) => {
      if (i % 3 === 2) expect(outcome).toEqual({ status: 'fulfilled', value: i });
      else expect(outcome.status).toBe('rejected');
    });
    const names = (await store.tools.list()).map(({ name }) => name);
    expect(names.sort()).toEqual(Array.from({ length: 13 }, (_, i) => `t${i * 3 + 2}`).sort());
  });

  it('do not hold up a read, nor each other’s next', async () => {
    const chain = async (name: string) => {
      for (let version = 1; version <= 20; version++) {
        await store.transaction(({ tools }) => tools.insert(toolRow(name, version)));
        expect((await store.tools.current(name))?.version).toBe(version);
      }
    };
    await Promise.all(['a', 'b', 'c'].map(chain));
    expect((await store.tools.list()).map(({ version }) => version)).toEqual([20, 20, 20]);
  });

  it('tell what is wrong to all of them where nothing can be committed', async () => {
    const other = await openStore({ memory: true });
    await other.close();
    await expect(other.transaction(({ tools }) => tools.insert(toolRow('t', 1)))).rejects.toThrow();
    await expect(other.transaction(({ tools }) => tools.insert(toolRow('t', 1)))).rejects.toThrow();
  });
});
