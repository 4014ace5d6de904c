import { expect, test } from 'vitest';
import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { readAdapter } from '../../src/lora/index.ts';
import { loadModel } from '../../src/model/index.ts';
import { referenceLogprobs } from '../model/reference-decoder.ts';
import { TINY_CONFIGS } from '../model/tiny-configs.ts';
import { tinyTensors, writeTinyModel } from '../model/tiny-model.ts';
import { merge, randomModules, writeTinyAdapter } from './tiny-adapter.ts';

const ALL = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
const TOKENS = [9, 300, 17, 2048, 5];

test.each(Object.entries(TINY_CONFIGS))('on %s an adapter amounts to its merged weights', async (_, json) => {
  const model = await loadModel(writeTinyModel(json));
  const modules = randomModules(model.config, ALL, (path) => (/layers\.0/.test(path) ? 3 : 2), 5, 0.2);
  const decoder = await Decoder.create(model.onnx, model.config, { threads: 1, slots: 2 });
  const adapter = readAdapter(writeTinyAdapter(modules), model.config);
  const logprobsWith = async (one: typeof adapter | null) => {
    const past = new KeyValueRow(model.config);
    const row = { past, tokens: TOKENS, adapter: one, wanted: [TOKENS.length - 1] };
    return (await decoder.run([row]))[0]!.logprobs[0]!;
  };
  const tensors = tinyTensors(json);
  const merged = referenceLogprobs(
    json,
    merge(tensors, modules, ({ rank }) => 16 / rank),
    TOKENS,
  ).at(-1)!;
  const bare = referenceLogprobs(json, tensors, TOKENS).at(-1)!;
  const [adapted, unadapted] = [await logprobsWith(adapter), await logprobsWith(null)];
  const distance = (actual: Float32Array, wanted: readonly number[]) =>
    Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]!)));
  expect(distance(adapted, merged)).toBeLessThan(2e-3);
  expect(distance(unadapted, bare)).toBeLessThan(2e-3);
  expect(distance(adapted, bare)).toBeGreaterThan(0.05);
  await decoder.close();
});
