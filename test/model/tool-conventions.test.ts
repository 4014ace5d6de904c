import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxEngine, type OnnxEngine } from '../../src/engine/index.ts';
import {
  compileCallFormat,
  compilePrompt,
  loadModel,
  promptTokens,
  type TemplateTool,
  writeSafetensors,
} from '../../src/model/index.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';
import { temporaryFolder, tinyTensors } from './tiny-model.ts';
import {
  type Added,
  byteLevelTokenizer,
  gemmaTokenizer,
  metaspaceTokenizer,
  type TinyTokenizer,
} from './tiny-tokenizers.ts';

const special = (...contents: string[]): Added[] => contents.map((content) => ({ content, special: true }));
const HEADERS = special('<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>');
const CHATML = [...special('<|im_start|>', '<|im_end|>'), { content: '<tool_call>', special: false }];
const BRACKETS = special('[INST]', '[/INST]', '[TOOL_CALLS]', '[AVAILABLE_TOOLS]', '[/AVAILABLE_TOOLS]');
const TURNS = special('<bos>', '<start_of_turn>', '<end_of_turn>');

/** How families of models are taught to call tools, each with the tokenizer it comes with. */
const CONVENTIONS = {
  llama3: {
    config: TINY_CONFIGS['llama, scaled as Llama 3'],
    tokenizer: byteLevelTokenizer({ added: HEADERS }),
    tokens: { bos_token: '<|begin_of_text|>', eos_token: '<|eot_id|>' },
    shows: '"name": "get_weather"',
    opening: '<|start_header_id|>assistant<|end_header_id|>',
    prefix: '\n\n{"name": "get_weather", "parameters": ',
    suffix: '}',
    closing: '<|eot_id|>',
  },
  hermes: {
    config: TINY_CONFIGS.qwen3,
    tokenizer: byteLevelTokenizer({ added: [...CHATML, { content: '</tool_call>', special: false }] }),
    tokens: { bos_token: null, eos_token: '<|im_end|>' },
    shows: '"name": "get_weather"',
    opening: '<|im_start|>assistant\n<tool_call>',
    prefix: '\n{"name": "get_weather", "arguments": ',
    suffix: '}\n',
    closing: '</tool_call>',
  },
  mistral: {
    config: TINY_CONFIGS.mistral,
    tokenizer: metaspaceTokenizer('always', BRACKETS),
    tokens: { bos_token: '<s>', eos_token: '</s>' },
    shows: '"name": "get_weather"',
    opening: '[TOOL_CALLS]',
    // The tokenizer has a space there already.
    prefix: ' [{"name": "get_weather", "arguments": ',
    suffix: ', "id": "call00000"}]',
    closing: '</s>',
  },
  gemma: {
    config: TINY_CONFIGS.gemma3,
    tokenizer: gemmaTokenizer(TURNS),
    tokens: { bos_token: '<bos>', eos_token: '<end_of_turn>' },
    shows: 'Tools, with their parameters as JSON Schema:\n{"name":"get_weather"',
    opening: '<start_of_turn>',
    prefix: 'model\n{"name": "get_weather", "arguments": ',
    suffix: '}',
    closing: '<end_of_turn>',
  },
} as const;

const PARAMETERS = {
  type: 'object',
  properties: { city: { enum: ['Oslo', 'Rome'] }, days: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['city', 'days'],
};
const TOOL: TemplateTool = { name: 'get_weather', description: 'Weather', parameters: PARAMETERS };

function write(convention: keyof typeof CONVENTIONS): string {
  const { config, tokenizer, tokens } = CONVENTIONS[convention];
  const folder = temporaryFolder();
  const json = {
    ...config,
    vocab_size: tokenizer.size,
    max_position_embeddings: 2048,
    eos_token_id: tokenizer.idOf(tokens.eos_token),
  };
  const template = readFileSync(new URL(`templates/${convention}.jinja`, import.meta.url), 'utf8');
  writeFileSync(join(folder, 'config.json'), JSON.stringify(json));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer.json));
  const tokenizerConfig = { ...tokens, chat_template: template };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig));
  writeSafetensors(join(folder, 'model.safetensors'), tinyTensors(json));
  return folder;
}

const running: OnnxEngine[] = [];
afterAll(async () => {
  for (const engine of running) await engine.close();
});

const NAMES = Object.keys(CONVENTIONS) as (keyof typeof CONVENTIONS)[];
describe.each(NAMES)('tools in the convention of %s', async (name) => {
  const expected = CONVENTIONS[name];
  const tiny: TinyTokenizer = expected.tokenizer;
  const folder = write(name);
  const { template, tokenizer, config } = await loadModel(folder);

  test('a call is written as the template writes it', () => {
    const format = compileCallFormat(template, tokenizer, TOOL, config.eos);
    expect(format).toEqual({
      opening: tokenizer.encodeMarkup(expected.opening),
      prefix: expected.prefix,
      suffix: expected.suffix,
      spaced: name !== 'gemma',
      closing: tiny.idOf(expected.closing),
      none: null,
    });
    expect(config.eos).toEqual([
      ...new Set([tiny.idOf(expected.tokens.eos_token), tiny.idOf(expected.closing)]),
    ]);
  });

  test('the prompt shows the tools, and is the same tokens rendered whole or filled in', () => {
    const input = 'hello world, 2 days';
    const whole = template.render([{ role: 'user', content: input }], [TOOL]);
    expect(whole).toContain(expected.shows);
    const prompt = compilePrompt(template, tokenizer, [TOOL]);
    expect(promptTokens(prompt, tokenizer, input)).toEqual(tokenizer.encodeMarkup(whole));
  });

  test('special tokens in a tool stay text', () => {
    const added = new Set(tokenizer.added.map(({ id }) => id));
    const count = (tool: TemplateTool) =>
      promptTokens(compilePrompt(template, tokenizer, [tool]), tokenizer, 'x').filter((id) => added.has(id))
        .length;
    const evil = tokenizer.added.map(({ content }) => content).join('');
    expect(count({ ...TOOL, description: evil })).toBe(count(TOOL));
  });

  test('a random model answers in it, within the schema', async () => {
    const engine = await createOnnxEngine({ folder, threads: 1 });
    running.push(engine);
    const tool = { name: TOOL.name, description: 'Weather', parameters: PARAMETERS };
    const answer = await engine.generate({ tool, input: 'hello world' });
    expect(answer.finish).toBe('stop');
    const values = JSON.parse(answer.text);
    if (name !== 'gemma')
      expect(answer.text).toBe(
        JSON.stringify(values, null, 1).replace(/\n */g, ' ').replace('{ ', '{').replace(' }', '}'),
      );
    expect(['Oslo', 'Rome']).toContain(values.city);
    expect(values.days).toBeOneOf([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
