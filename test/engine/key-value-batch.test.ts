import { describe, expect, test } from 'vitest';
import { KeyValueBatch } from '../../src/engine/onnx/key-value-batch.ts';
import { KeyValueBatches } from '../../src/engine/onnx/key-value-batches.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';

const CONFIG = { layers: 2, kvHeads: 2, headDim: 2 };
/** Bytes of a token. */
const TOKEN = 2 * 2 * 2 * 2 * 4;

/** Appends tokens whose keys and values all are `value`, `value + 1`, … */
function grow(row: KeyValueRow, value: number, count: number): void {
  const data = Float32Array.from({ length: 2 * count * 2 }, (_, i) => value + (Math.floor(i / 2) % count));
  for (let layer = 0; layer < CONFIG.layers; layer++) row.write(layer, data, data, 0, count, count);
  row.advance(count);
}

function rowOf(value: number, count: number): KeyValueRow {
  const row = new KeyValueRow(CONFIG);
  grow(row, value, count);
  return row;
}

/** What the batch holds of a row, head by head, in its second layer. */
function held(batch: KeyValueBatch, lane: number, lanes: number, length: number): number[][] {
  return [0, 1].map((head) => {
    const at = (lane * 2 + head) * batch.stride * 2;
    return [...batch.values(1, lanes).subarray(at, at + length * 2)].filter((_, i) => i % 2 === 0);
  });
}

describe('rows side by side', () => {
  test('stand in lanes of their own, and only what is new is copied', () => {
    const batch = new KeyValueBatch(CONFIG);
    const rows = [rowOf(100, 3), rowOf(200, 5)];
    const lanes = batch.place(rows);
    expect(lanes.toSorted()).toEqual([0, 1]);
    expect(batch.copiedBytes).toBe(8 * TOKEN);
    grow(rows[0]!, 110, 1);
    expect(batch.place(rows)).toEqual(lanes);
    expect(batch.copiedBytes).toBe(9 * TOKEN);
    expect(held(batch, lanes[0]!, 2, 4)).toEqual([
      [100, 101, 102, 110],
      [100, 101, 102, 110],
    ]);
    expect(held(batch, lanes[1]!, 2, 5)).toEqual([
      [200, 201, 202, 203, 204],
      [200, 201, 202, 203, 204],
    ]);
  });

  test('what was taken back and written anew is copied again', () => {
    const batch = new KeyValueBatch(CONFIG);
    const rows = [rowOf(100, 3), rowOf(200, 5)];
    const [lane] = batch.place(rows);
    rows[0]!.truncate(1);
    grow(rows[0]!, 900, 2);
    batch.place(rows);
    expect(held(batch, lane!, 2, 3)[0]).toEqual([100, 900, 901]);
    expect(batch.copiedBytes).toBe(10 * TOKEN);
  });

  test('a row that leaves costs the others nothing, one that joins itself', () => {
    const batch = new KeyValueBatch(CONFIG);
    const rows = Array.from({ length: 4 }, (_, i) => rowOf(i * 100, 4));
    batch.place(rows);
    const before = batch.copiedBytes;
    batch.place(rows.slice(0, 3));
    expect(batch.copiedBytes).toBe(before);
    const fifth = rowOf(900, 2);
    const lanes = batch.place([fifth, rows[2]!, rows[0]!, rows[1]!]);
    expect(batch.copiedBytes).toBe(before + 2 * TOKEN);
    expect(held(batch, lanes[0]!, 4, 2)[0]).toEqual([900, 901]);
    expect(held(batch, lanes[1]!, 4, 4)[0]).toEqual([200, 201, 202, 203]);
  });

  test('the same row twice, as two calls to one tool share its beginning', () => {
    const batch = new KeyValueBatch(CONFIG);
    const shared = rowOf(100, 4);
    const lanes = batch.place([shared, shared, rowOf(5, 1)]);
    expect(new Set(lanes).size).toBe(3);
    for (const lane of lanes.slice(0, 2)) expect(held(batch, lane, 3, 4)[0]).toEqual([100, 101, 102, 103]);
    const before = batch.copiedBytes;
    batch.place([shared, shared]);
    expect(batch.copiedBytes).toBe(before);
  });

  test('growing past the stride keeps everything', () => {
    const batch = new KeyValueBatch(CONFIG);
    const rows = [rowOf(100, 30), rowOf(200, 2)];
    batch.place(rows);
    grow(rows[0]!, 500, 40);
    const [lane, other] = batch.place(rows);
    expect(batch.stride).toBeGreaterThanOrEqual(70);
    expect(held(batch, lane!, 2, 70)[1]!.slice(28, 32)).toEqual([128, 129, 500, 501]);
    expect(held(batch, other!, 2, 2)[0]).toEqual([200, 201]);
  });

  test('nothing of an erased row is left for another to meet', () => {
    const batch = new KeyValueBatch(CONFIG);
    const rows = [rowOf(Number.POSITIVE_INFINITY, 6), rowOf(200, 2)];
    const [lane] = batch.place(rows);
    batch.erase(rows[0]!);
    expect(held(batch, lane!, 2, 6)[0]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('batches that take turns do not drive each other out', () => {
    const batches = new KeyValueBatches({ ...CONFIG } as ConstructorParameters<typeof KeyValueBatches>[0]);
    const writing = [rowOf(1, 40), rowOf(2, 40)];
    const candidates = [rowOf(3, 10), rowOf(4, 10), rowOf(5, 10)];
    for (const rows of [writing, candidates]) batches.for(rows).place(rows);
    const before = batches.copiedBytes;
    for (let i = 0; i < 5; i++) for (const rows of [writing, candidates]) batches.for(rows).place(rows);
    expect(batches.copiedBytes).toBe(before);
  });
});
