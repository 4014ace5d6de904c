import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exportModel } from '../../src/model/index.ts';
import { loadTokenizer } from '../../src/model/tokenizer.ts';
import { openLlama } from './llama-cpp.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { temporaryFolder, writeTinyModel } from './tiny-model.ts';
import { gemmaTokenizer, metaspaceTokenizer, prependingTokenizer } from './tiny-tokenizers.ts';

const llama = await openLlama();
afterAll(async () => {
  await llama?.dispose();
});

const TEXTS = [
  'hello world',
  'hello   hello',
  'date worlds  {"hello": 1}',
  '{"date": "a  b   c"}',
  'Zoë paid 12,50 € – "ok"\n\t日本 🙂',
  'x\n\ny',
];

describe.skipIf(!llama)('llama.cpp reads SentencePiece tokenizers as they are read here', () => {
  test.each([
    ['a space before every text', prependingTokenizer(), 'llama'],
    ['a space before where missing', metaspaceTokenizer('always'), 'mistral'],
    ['a space before the first text', metaspaceTokenizer('first'), 'mistral'],
    ['no space before', gemmaTokenizer(), 'gemma3'],
  ] as const)('%s', async (_, tiny, architecture) => {
    const config = TINY_CONFIGS[architecture];
    const scale = 'query_pre_attn_scalar' in config && { query_pre_attn_scalar: config.head_dim };
    const folder = writeTinyModel({ ...config, ...scale, vocab_size: tiny.size });
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tiny.json));
    const mine = loadTokenizer(folder, tiny.size);
    const { path } = exportModel(folder, join(temporaryFolder(), 'model.gguf'), 'f32');
    const theirs = await llama!.loadModel({ modelPath: path });
    for (const text of TEXTS) expect([...theirs.tokenize(text, false)]).toEqual(mine.encodeText(text));
    const markup = '<|user|>hello world<|end|>{"date"';
    expect([...theirs.tokenize(markup, true)]).toEqual(mine.encodeMarkup(markup));
    await theirs.dispose();
  });
});
