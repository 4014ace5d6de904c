import { describe, expect, it } from 'vitest';
import { takeForced } from '../../src/engine/onnx/forced-tokens.ts';
import { compileSchema, createMatcher, createVocabulary } from '../../src/grammar/index.ts';
import { loadModel } from '../../src/model/index.ts';

const { tokenizer, config } = await loadModel('models/tenon-base');
const vocabulary = createVocabulary(tokenizer.bytes, config.eos);
const mask = new Uint32Array(Math.ceil(config.vocabulary / 32));

/** What is forced once `text` stands. */
function forcedAfter(schema: unknown, text: string): string {
  const matcher = createMatcher(compileSchema(schema), vocabulary);
  for (const token of tokenizer.encodeText(text)) expect(matcher.accept(token)).toBe(true);
  return tokenizer.decode([...takeForced(matcher, tokenizer, mask)]);
}

describe('takeForced', () => {
  const colours = { type: 'array', items: { enum: ['red', 'blue'] }, maxItems: 2 };

  it('leaves open whether an item is the last, though every allowed token begins the same one', () => {
    expect(forcedAfter(colours, '["red')).toBe('');
  });

  it('writes what must follow, however it may be spelt', () => {
    const schema = {
      type: 'object',
      properties: { name: { const: 'Bo' }, amount: { type: 'integer' } },
      required: ['name', 'amount'],
      additionalProperties: false,
    };
    expect(forcedAfter(schema, '{"name":"')).toMatch(/^Bo","amount":?$/);
  });
});
