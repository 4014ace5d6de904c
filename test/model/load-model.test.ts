import { createHash } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModel, type Model, writeSafetensors } from '../../src/model/index.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { copyModel, TENON_BASE, TINY_CONFIG, tinyTensors, writeTinyModel } from './tiny-model.ts';

/** A digest of the graph and everything in it. */
function weightsOf({ onnx }: Model): string {
  const hash = createHash('sha256').update(onnx.bytes);
  for (const { path, data } of onnx.external) hash.update(path).update(data);
  return hash.digest('hex');
}

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
  expect(weightsOf(await loadModel(folder))).toBe(weightsOf(whole));
});

test('the text decoder of a model that also sees is taken, end tokens from both files', async () => {
  const { eos_token_id: _, model_type: __, architectures: ___, ...text_config } = TINY_CONFIGS.gemma3;
  const folder = writeTinyModel(TINY_CONFIGS.gemma3);
  const plain = await loadModel(folder);
  const renamed = tinyTensors(TINY_CONFIGS.gemma3).map((tensor) => ({
    ...tensor,
    name: `language_model.${tensor.name}`,
  }));
  writeSafetensors(join(folder, 'model.safetensors'), renamed);
  const wrapper = {
    architectures: ['Gemma3ForConditionalGeneration'],
    model_type: 'gemma3',
    eos_token_id: [4],
    text_config: { ...text_config, model_type: 'gemma3_text' },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(wrapper));
  writeFileSync(join(folder, 'generation_config.json'), '{"eos_token_id":[4,5]}');
  const model = await loadModel(folder);
  expect(model.config).toMatchObject({ architecture: 'gemma3', eos: [1, 4, 5] });
  expect(weightsOf(model)).toBe(weightsOf(plain));
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
    ['another architecture', withConfig({ model_type: 'gpt2' }), 'model_unsupported', /model_type "gpt2"/],
    ['no architecture', withConfig({ model_type: undefined }), 'model_unsupported', /model_type \(none\)/],
    ['a name of JavaScript', withConfig({ model_type: 'constructor' }), 'model_unsupported', /"constructor"/],
    [
      'a head that is not a language model’s',
      withConfig({ architectures: ['LlamaForSequenceClassification'] }),
      'model_unsupported',
      /LlamaForSequenceClassification/,
    ],
    [
      'scaled rotary embedding of another kind',
      withConfig({ rope_scaling: { type: 'yarn' } }),
      'model_unsupported',
      /rope_scaling of type "yarn"/,
    ],
    [
      'a scaling without its factor',
      withConfig({ rope_scaling: { type: 'linear' } }),
      'model_invalid',
      /factor/,
    ],
    [
      'a scaling that is text',
      withConfig({ rope_scaling: 'linear' }),
      'model_invalid',
      /rope_scaling is not/,
    ],
    ['another activation', withConfig({ hidden_act: 'relu' }), 'model_unsupported', /hidden_act "relu"/],
    ['biases that the weights lack', withConfig({ attention_bias: true }), 'model_invalid', /q_proj\.bias/],
    [
      'capped scores',
      withConfig({ ...TINY_CONFIGS.gemma3, attn_logit_softcapping: 50 }),
      'model_unsupported',
      /attn_logit_softcapping 50/,
    ],
    [
      'layers of another kind',
      withConfig({ ...TINY_CONFIGS.qwen3, layer_types: ['full_attention', 'linear_attention'] }),
      'model_unsupported',
      /layer type "linear_attention"/,
    ],
    [
      'a model that also sees, without its text',
      withConfig({ model_type: 'gemma3' }),
      'model_invalid',
      /text_config/,
    ],
    [
      'an end token past the vocabulary',
      withConfig({ eos_token_id: [4, 4096] }),
      'model_invalid',
      /eos_token_id/,
    ],
    ['no end token', withConfig({ eos_token_id: null }), 'model_invalid', /eos_token_id/],
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
