import { describe, expect, test } from 'vitest';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { PrefixCache } from '../../src/engine/onnx/prefix-cache.ts';
import type { LoraAdapter } from '../../src/lora/index.ts';

const CONFIG = { layers: 1, kvHeads: 1, headDim: 1 };
const adapter = (digest: string) => ({ digest }) as LoraAdapter;
const tokens = (count: number, last = 0) =>
  Array.from({ length: count }, (_, i) => (i === count - 1 ? last : i));

/** Keys are the tokens themselves, so that a row shows what was read into it. */
function append(row: KeyValueRow, missing: readonly number[]): void {
  const data = Float32Array.from(missing);
  row.write(0, data, data, 0, missing.length, missing.length);
  row.advance(missing.length);
}

function cacheOf(limit = 1_000_000) {
  const cache = new PrefixCache(limit);
  const read: number[][] = [];
  const get = (one: LoraAdapter | null, wanted: readonly number[]) =>
    cache.get(
      one,
      wanted,
      () => new KeyValueRow(CONFIG),
      async (row, missing) => {
        await Promise.resolve();
        read.push([...missing]);
        append(row, missing);
      },
    );
  return { cache, get, read };
}

const content = (row: KeyValueRow) => [...row.keys[0]!.subarray(0, row.length)];

describe('the prefix cache', () => {
  test('reads a beginning once, for all that ask at the same time too', async () => {
    const { get, read, cache } = cacheOf();
    const [a, b] = await Promise.all([get(null, tokens(40)), get(null, tokens(40))]);
    expect(a).toBe(b);
    expect(await get(null, tokens(40))).toBe(a);
    expect(read).toEqual([tokens(40)]);
    expect(cache.stats).toMatchObject({ asked: 120, known: 80 });
  });

  test('another tool shares the blocks that both begin with: system text is read once', async () => {
    const { get, read } = cacheOf();
    const first = await get(null, tokens(80, 7));
    const second = await get(null, tokens(80, 9));
    expect(read[1]).toEqual(tokens(80, 9).slice(64));
    expect(content(second)).toEqual(tokens(80, 9));
    expect(content(first)).toEqual(tokens(80, 7));
  });

  test('keeps what was read anyway, in as little memory as it takes', async () => {
    const { get, read, cache } = cacheOf();
    const row = new KeyValueRow(CONFIG);
    append(row, tokens(9, 5));
    expect(cache.has(null, tokens(7, 6))).toBe(false);
    cache.keep(null, tokens(9, 5).slice(0, 7), row);
    row.truncate(2);
    append(row, [70, 80]);
    const kept = await get(null, tokens(7, 6));
    expect([content(kept), kept.capacity, cache.stats.bytes, read]).toEqual([tokens(7, 6), 7, 7 * 2 * 4, []]);
    const grown = kept.copy();
    append(grown, [90]);
    expect([content(grown), content(kept)]).toEqual([[...tokens(7, 6), 90], tokens(7, 6)]);
  });

  test('an adapter that took over a name has nothing of the one before', async () => {
    const { get, read } = cacheOf();
    await get(adapter('one'), tokens(64));
    await get(adapter('two'), tokens(64));
    await get(null, tokens(64));
    expect(read).toHaveLength(3);
    for (const missing of read) expect(missing).toHaveLength(64);
  });

  test('holds no more than it may, the least recently used out', async () => {
    const row = new KeyValueRow(CONFIG);
    append(row, tokens(64));
    const { get, read, cache } = cacheOf(row.bytes * 3);
    for (const last of [1, 2, 3]) await get(adapter(String(last)), tokens(64));
    await get(adapter('1'), tokens(64));
    await get(adapter('4'), tokens(64));
    expect(cache.stats.bytes).toBeLessThanOrEqual(row.bytes * 3);
    expect(read).toHaveLength(4);
    await get(adapter('1'), tokens(64));
    expect(read).toHaveLength(4);
    await get(adapter('2'), tokens(64));
    expect(read).toHaveLength(5);
  });

  test('one that is given up while it is read is read by who comes next', async () => {
    const cache = new PrefixCache(1_000_000);
    const empty = () => new KeyValueRow(CONFIG);
    const gone = cache.get(null, tokens(5), empty, () => Promise.reject(new Error('cancelled')));
    const next = cache.get(null, tokens(5), empty, async (row, missing) => append(row, missing));
    await expect(gone).rejects.toThrow('cancelled');
    expect((await next).length).toBe(5);
  });
});
