import { afterAll, describe, expect, test } from 'vitest';
import { quantizeMatrix } from '../../src/model/quantize/quantize-matrix.ts';
import { divergence, farthest, type OurModel, openOurs } from './our-logprobs.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { randomArray, TENON_BASE, writeTinyModel } from './tiny-model.ts';

const opened: OurModel[] = [];
afterAll(async () => {
  for (const model of opened) await model.close();
});

async function open(folder: string, precision: 'fp32' | 'int8' | 'int4'): Promise<OurModel> {
  const model = await openOurs(folder, { precision });
  opened.push(model);
  return model;
}

/** The values that a quantized matrix stands for. */
function restored(
  matrix: ReturnType<typeof quantizeMatrix>,
  rows: number,
  columns: number,
): readonly number[] {
  const { bits, block, packed, scales } = matrix;
  const blocks = scales.length / rows;
  const numberAt = (i: number) => (bits === 8 ? packed[i]! : (packed[i >> 1]! >> ((i & 1) * 4)) & 15);
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const at = row * blocks + Math.floor(column / block);
    return (numberAt(row * blocks * block + column) - 2 ** (bits - 1)) * scales[at]!;
  });
}

describe('a matrix in blocks', () => {
  test.each([
    [8, 64, 0.01],
    [4, 64, 0.15],
    [4, 96, 0.15],
    [8, 32, 0.01],
  ] as const)('%i bits, %i columns: every value is met within a step', (bits, columns, bound) => {
    const values = randomArray(3 * columns, 7, 1);
    const found = restored(quantizeMatrix(values, 3, columns, bits, 32), 3, columns);
    expect(Math.max(...found.map((value, i) => Math.abs(value - values[i]!)))).toBeLessThan(bound);
  });

  test('of zeros alone stays zeros, and nothing is not a number', () => {
    const zeros = quantizeMatrix(new Float32Array(64), 2, 32, 4, 32);
    expect(restored(zeros, 2, 32)).toEqual(Array.from({ length: 64 }, () => 0));
    expect([...zeros.scales]).toEqual([0, 0]);
  });

  test('holds values that need no rounding exactly', () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => ((i % 16) - 8) * 0.25);
    expect(restored(quantizeMatrix(values, 1, 32, 4, 32), 1, 32)).toEqual([...values]);
  });
});

const PROMPT =
  '<tool>book_table<query>a table for four at Bella Roma tomorrow at 8pm<call>{"name":"book_table","arguments":{"';

describe('the embedded model', () => {
  // Mean divergence from float32 in nats, and the largest difference of a logarithm among all 4,096 tokens.
  test.each([
    ['int8', 1e-3, 1],
    ['int4', 0.03, 4],
  ] as const)('in %s says nearly what it says in float32', async (precision, mean, most) => {
    const [exact, rounded] = [await open(TENON_BASE, 'fp32'), await open(TENON_BASE, precision)];
    const tokens = exact.model.tokenizer.encodeMarkup(PROMPT);
    const [wanted, found] = [await exact.logprobs(tokens), await rounded.logprobs(tokens)];
    expect(divergence(wanted, found)).toBeLessThan(mean);
    expect(farthest(wanted, found)).toBeLessThan(most);
    expect(farthest(wanted, found)).toBeGreaterThan(0);
  });

  test('in int8 writes the same call with its adapter', async () => {
    const [exact, rounded] = [await open(TENON_BASE, 'fp32'), await open(TENON_BASE, 'int8')];
    const folder = new URL('../../adapters/book_table', import.meta.url).pathname;
    const tokens = exact.model.tokenizer.encodeMarkup(PROMPT);
    const written = await rounded.greedy(tokens, 12, rounded.adapter(folder));
    expect(written).toEqual(await exact.greedy(tokens, 12, exact.adapter(folder)));
    expect(exact.model.tokenizer.decode(written)).toContain('Bella');
  });
});

// Rows of 32, 48 and 24 values: blocks of 32 and 16, and float32; biases, tied and untied heads, scaled embeddings.
test.each(['llama', 'llama, biased', 'qwen2', 'gemma3'] as const)(
  'a tiny random %s is quantized whatever its shape',
  async (name) => {
    const folder = writeTinyModel(TINY_CONFIGS[name]);
    const tokens = [9, 300, 17, 17, 2048, 5, 77];
    const exact = await (await open(folder, 'fp32')).logprobs(tokens);
    const rounded = await (await open(folder, 'int8')).logprobs(tokens);
    expect(divergence(exact, rounded)).toBeLessThan(0.05);
    expect((await (await open(folder, 'int4')).logprobs(tokens)).flat().length).toBe(tokens.length);
  },
);
