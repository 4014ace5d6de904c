import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModel, writeSafetensors } from '../../src/model/index.ts';
import { copyModel, TENON_BASE, TINY_CONFIG, tinyTensors, writeTinyModel } from './tiny-model.ts';

test('the embedded model loads, and its digest follows its content', async () => {
  const model = await loadModel(TENON_BASE);
  expect(model.name).toBe('tenon-base');
  expect(model.parameters).toBe(5_868_800);
  expect(model.digest).toMatch(/^[0-9a-f]{64}$/);
  const copy = await loadModel(copyModel(TENON_BASE));
  expect(copy.digest).toBe(model.digest);
  const folder = copyModel(TENON_BASE);
  const file = readFileSync(join(folder, 'model.safetensors'));
  file[file.length - 1]! ^= 1;
  writeFileSync(join(folder, 'model.safetensors'), file);
  expect((await loadModel(folder)).digest).not.toBe(model.digest);
});

test('weights in several files with an index give the same model', async () => {
  const folder = writeTinyModel();
  const whole = await loadModel(folder);
  const tensors = tinyTensors();
  const shards = [tensors.slice(0, 5), tensors.slice(5)];
  const map: Record<string, string> = {};
  shards.forEach((shard, i) => {
    const name = `model-0000${i + 1}-of-00002.safetensors`;
    writeSafetensors(join(folder, name), shard);
    for (const tensor of shard) map[tensor.name] = name;
  });
  rmSync(join(folder, 'model.safetensors'));
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  expect(Buffer.compare((await loadModel(folder)).onnx, whole.onnx)).toBe(0);
});

describe('what is damaged or not served is refused by name', () => {
  const withConfig = (change: object) => () => {
    const folder = writeTinyModel();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...TINY_CONFIG, ...change }));
    return folder;
  };
  const withFile = (name: string, content: string) => () => {
    const folder = writeTinyModel();
    writeFileSync(join(folder, name), content);
    return folder;
  };
  test.each([
    ['another architecture', withConfig({ model_type: 'gemma3_text' }), 'model_unsupported', /gemma3_text/],
    [
      'scaled rotary embedding',
      withConfig({ rope_scaling: { type: 'yarn' } }),
      'model_unsupported',
      /rope_scaling/,
    ],
    ['attention bias', withConfig({ attention_bias: true }), 'model_unsupported', /attention_bias/],
    [
      'quantized weights',
      withConfig({ quantization_config: {} }),
      'model_unsupported',
      /quantization_config/,
    ],
    ['a size that is text', withConfig({ hidden_size: '32' }), 'model_invalid', /hidden_size/],
    ['a negative size', withConfig({ num_hidden_layers: -1 }), 'model_invalid', /num_hidden_layers/],
    ['a size of a galaxy', withConfig({ vocab_size: 1e15 }), 'model_invalid', /vocab_size/],
    ['heads that do not divide', withConfig({ num_key_value_heads: 3 }), 'model_invalid', /does not divide/],
    [
      'a shape other than the weights',
      withConfig({ intermediate_size: 47 }),
      'model_invalid',
      /has shape \[48,32\]/,
    ],
    [
      'more layers than weights',
      withConfig({ num_hidden_layers: 3 }),
      'model_invalid',
      /no tensor model\.layers\.2/,
    ],
    [
      'a vocabulary smaller than the tokenizer',
      withConfig({ vocab_size: 4000 }),
      'model_invalid',
      /vocabulary of 4000/,
    ],
    ['configuration that is not JSON', withFile('config.json', '{'), 'model_invalid', /config\.json/],
    ['a tokenizer that is a list', withFile('tokenizer.json', '[]'), 'model_invalid', /tokenizer\.json/],
    ['an empty tokenizer', withFile('tokenizer.json', '{}'), 'model_invalid', /tokenizer\.json/],
    [
      'a template that does not parse',
      withFile('chat_template.jinja', '{% if %}'),
      'model_invalid',
      /chat_template/,
    ],
    [
      'an index that leads outside',
      withFile('model.safetensors.index.json', '{"weight_map":{"a":"../x"}}'),
      'model_invalid',
      /weight_map/,
    ],
    ['no folder at all', () => '/nowhere', 'model_invalid', /config\.json/],
    [
      'weights cut short',
      () => {
        const folder = writeTinyModel();
        truncateSync(join(folder, 'model.safetensors'), 100_000);
        return folder;
      },
      'model_invalid',
      /model\.safetensors.*cut short/,
    ],
    [
      'no chat template',
      () => {
        const folder = writeTinyModel();
        rmSync(join(folder, 'chat_template.jinja'));
        return folder;
      },
      'model_unsupported',
      /chat template/,
    ],
  ])('%s', async (_, make, code, message) => {
    await expect(loadModel(make())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
