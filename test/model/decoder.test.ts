import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { loadModel } from '../../src/model/index.ts';
import { referenceLogprobs } from './reference-decoder.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { TENON_BASE, tinyTensors, writeTinyModel } from './tiny-model.ts';

const opened: Decoder[] = [];
afterAll(async () => {
  for (const decoder of opened) await decoder.close();
});

async function open(folder: string) {
  const model = await loadModel(folder);
  const decoder = await Decoder.create(model.onnx, model.config, { threads: 1, slots: 4 });
  opened.push(decoder);
  return { model, decoder };
}

const TOKENS = [9, 300, 17, 17, 2048, 5, 77];

function expectClose(actual: Float32Array, expected: readonly number[], tolerance = 2e-4): void {
  expect(actual.length).toBe(expected.length);
  const worst = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

test.each(Object.entries(TINY_CONFIGS))(
  'the graph computes what a plain decoder computes: %s',
  async (_, json) => {
    const { model, decoder } = await open(writeTinyModel(json));
    const expected = referenceLogprobs(json, tinyTensors(json), TOKENS);
    const past = new KeyValueRow(model.config);
    const [result] = await decoder.run([{ past, tokens: TOKENS, adapter: null, wanted: [0, 3, 6] }]);
    for (const [i, at] of [0, 3, 6].entries()) expectClose(result!.logprobs[i]!, expected[at]!);
    expect(past.length).toBe(TOKENS.length);
  },
);

test.each([
  ['everything seen', TINY_CONFIGS.llama],
  ['a window on every layer', TINY_CONFIGS['mistral, windowed']],
  ['a window on every other layer', TINY_CONFIGS.gemma3],
])('reading in pieces, in a batch, after rolling back, or as a tree changes nothing: %s', async (_, json) => {
  const { model, decoder } = await open(writeTinyModel(json));
  const reference = (tokens: number[]) => referenceLogprobs(json, tinyTensors(json), tokens).at(-1)!;
  const expected = reference(TOKENS);
  const other = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

  const one = new KeyValueRow(model.config);
  await decoder.run([{ past: one, tokens: [...TOKENS.slice(0, 2), 999, 998], adapter: null, wanted: [] }]);
  one.truncate(2);
  const long = new KeyValueRow(model.config);
  await decoder.run([{ past: long, tokens: other, adapter: null, wanted: [] }]);
  const fresh = new KeyValueRow(model.config);
  const batch = await decoder.run([
    { past: long, tokens: [12], adapter: null, wanted: [0] },
    { past: one, tokens: TOKENS.slice(2), adapter: null, wanted: [4] },
    { past: fresh, tokens: TOKENS, adapter: null, wanted: [6] },
  ]);
  expectClose(batch[1]!.logprobs[0]!, expected);
  expectClose(batch[2]!.logprobs[0]!, expected);
  expectClose(batch[0]!.logprobs[0]!, reference([...other, 12]));

  const root = new KeyValueRow(model.config);
  await decoder.run([{ past: root, tokens: TOKENS.slice(0, 5), adapter: null, wanted: [] }]);
  const tree = { tokens: [40, TOKENS[5]!, 41, TOKENS[6]!], parents: [-1, -1, 0, 1], discard: true };
  const [scored] = await decoder.run([{ past: root, adapter: null, wanted: [2, 3], ...tree }]);
  expectClose(scored!.logprobs[1]!, expected);
  expectClose(scored!.logprobs[0]!, reference([...TOKENS.slice(0, 5), 40, 41]));
  expect(root.length).toBe(5);
});

test('the embedded model gives the probabilities that its training code gives', async () => {
  const { decoder, model } = await open(TENON_BASE);
  const golden = JSON.parse(readFileSync(new URL('golden-logprobs.json', import.meta.url), 'utf8'));
  for (const { ids, top, mean } of golden.prompts as {
    ids: number[];
    top: [number, number][];
    mean: number;
  }[]) {
    const past = new KeyValueRow(model.config);
    const [result] = await decoder.run([{ past, tokens: ids, adapter: null, wanted: [ids.length - 1] }]);
    const found = result!.logprobs[0]!;
    for (const [token, logprob] of top) expect(found[token]).toBeCloseTo(logprob, 2);
    expect(found.reduce((sum, x) => sum + x, 0) / found.length).toBeCloseTo(mean, 2);
  }
});

test('weights that are no numbers are a coded error, and the past is as it was', async () => {
  const { model, decoder } = await open(writeTinyModel({ rms_norm_eps: 1e-5 }));
  const past = new KeyValueRow(model.config);
  past.write(0, new Float32Array(16).fill(Number.NaN), new Float32Array(16).fill(Number.NaN), 0, 1, 1);
  past.write(1, new Float32Array(16), new Float32Array(16), 0, 1, 1);
  past.advance(1);
  const run = decoder.run([{ past, tokens: [7], adapter: null, wanted: [0] }]);
  await expect(run).rejects.toMatchObject({ code: 'engine_output_invalid' });
  expect(past.length).toBe(1);
});
