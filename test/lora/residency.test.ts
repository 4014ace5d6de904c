import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LoraAdapter, ResidentAdapters, readAdapter } from '../../src/lora/index.ts';
import { slotBytes } from '../../src/lora/site-stacks.ts';
import { loadModel } from '../../src/model/index.ts';
import { writeTinyModel } from '../model/tiny-model.ts';
import { randomModules, writeTinyAdapter } from './tiny-adapter.ts';

const { config } = await loadModel(writeTinyModel());

function adapter(seed: number, rank = 2, targets: readonly string[] = ['q_proj', 'v_proj']): LoraAdapter {
  return readAdapter(writeTinyAdapter(randomModules(config, targets, () => rank, seed)), config);
}

describe('resident adapters', () => {
  test('pinned ones make room last', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((seed) => adapter(seed)) as [
      LoraAdapter,
      LoraAdapter,
      LoraAdapter,
      LoraAdapter,
    ];
    const resident = new ResidentAdapters(config, 3);
    resident.pin([a.digest]);
    for (const one of [a, b, c, d]) resident.place([one]);
    expect([a, b, c, d].map((one) => resident.has(one))).toEqual([true, false, false, true]);
    resident.pin([a.digest, d.digest]);
    resident.place([b]);
    expect([a, b, d].map((one) => resident.has(one))).toEqual([false, true, true]);
    expect(resident.loads).toBe(5);
  });

  test('more adapters than slots are split, what is resident first, and each is moved in once', () => {
    const adapters = [1, 2, 3, 4, 5].map((seed) => adapter(seed));
    const resident = new ResidentAdapters(config, 3);
    resident.place([adapters[3]!, adapters[4]!]);
    const rows = [adapters[0]!, null, adapters[3]!, adapters[1]!, adapters[0]!, adapters[4]!, adapters[2]!];
    const groups = resident.groups(rows);
    expect(groups).toEqual([[1, 2, 5], [0, 3, 4], [6]]);
    for (const group of groups) resident.place(group.map((row) => rows[row]!));
    expect(resident.loads).toBe(5);
    expect(resident.groups([null, adapters[0]!, null])).toEqual([[0, 1, 2]]);
    expect(() => resident.place(adapters)).toThrow(/5 adapters in 2 slots/);
  });

  test('a slot holds nothing of the adapter before it', () => {
    const resident = new ResidentAdapters(config, 2);
    const fresh = new ResidentAdapters(config, 2);
    const [wide, narrow] = [adapter(1, 3, ['q_proj', 'k_proj']), adapter(2, 3, ['k_proj', 'v_proj'])];
    resident.place([wide]);
    expect(resident.place([narrow]).stacks.qkv).toEqual(fresh.place([narrow]).stacks.qkv);
  });

  test('sites that no row of the batch changes have rank 0', () => {
    const resident = new ResidentAdapters(config, 3);
    const [attention, mlp] = [adapter(1), adapter(2, 4, ['down_proj'])];
    resident.place([attention, mlp]);
    const ranks = ({ stacks }: ReturnType<typeof resident.place>) =>
      Object.entries(stacks).map(([site, { rank }]) => [site, rank]);
    expect(ranks(resident.place([attention]))).toEqual([
      ['qkv', 4],
      ['o', 0],
      ['gate_up', 0],
      ['down', 0],
    ]);
    expect(ranks(resident.place([mlp, null]))).toEqual([
      ['qkv', 0],
      ['o', 0],
      ['gate_up', 0],
      ['down', 4],
    ]);
    expect(resident.place([mlp]).stacks).toBe(resident.place([mlp, null]).stacks);
  });

  test('wide adapters get fewer slots, not more memory, and what they took is given back', () => {
    const [narrow, wide] = [[1, 2, 3].map((seed) => adapter(seed)), adapter(4, 32)];
    const bytes = slotBytes(config, wide.ranks) * 3;
    const resident = new ResidentAdapters(config, 64, bytes);
    resident.place(narrow);
    expect(resident.capacity).toBe(47);
    expect(resident.place([wide, narrow[0]!])).toMatchObject({ slots: 3 });
    expect(resident.groups([wide, ...narrow])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    const loads = resident.loads;
    for (let i = 0; i < 300; i++) resident.place([narrow[0]!]);
    expect(resident.capacity).toBe(47);
    expect(resident.has(wide)).toBe(false);
    expect(resident.loads).toBe(loads);
    expect(resident.place([narrow[0]!]).stacks.qkv).toEqual({
      ...new ResidentAdapters(config, 64, bytes).place([narrow[0]!]).stacks.qkv,
    });
  });

  test('what was read ahead is used, and a file that has changed since is refused', async () => {
    const [a, b, c] = [adapter(1), adapter(2), adapter(3)];
    const resident = new ResidentAdapters(config, 4);
    await resident.prefetch(a);
    rmSync(dirname(a.file.path), { recursive: true });
    expect(resident.place([a]).rows).toEqual([1]);

    writeFileSync(join(b.file.path), new Uint8Array(b.file.size));
    await resident.prefetch(b);
    const changed = expect.objectContaining({
      code: 'adapter_invalid',
      message: expect.stringMatching(/not what it was/),
    });
    expect(() => resident.place([b])).toThrow(changed);
    utimesSync(c.file.path, 0, 0);
    expect(() => resident.place([c])).toThrow(changed);
    expect(resident.place([a, null])).toMatchObject({ rows: [1, 0] });
  });

  test('a registered adapter is a few kilobytes, whatever its weights', () => {
    const wide = adapter(1, 32, ['q_proj', 'up_proj', 'down_proj']);
    expect(JSON.stringify(wide).length).toBeLessThan(3_000);
    expect(wide.bytes).toBeGreaterThan(50_000);
  });
});
