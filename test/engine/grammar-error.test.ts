import { afterAll, describe, expect, test } from 'vitest';
import { createOnnxEngine, type EngineTool } from '../../src/engine/index.ts';
import { TENON_BASE } from '../model/tiny-model.ts';

/** After two letters there are 3,600 ways to read on, more than are followed at once. */
const words = Array.from({ length: 60 }, (_, i) => i);
const TANGLED = [
  'root ::= [a-z] [a-z] tangle',
  `tangle ::= ${words.map((i) => `x${i}`).join(' | ')}`,
  ...words.map((i) => `x${i} ::= y "${i}"`),
  `y ::= ${words.map((i) => `z${i}`).join(' | ')}`,
  ...words.map((i) => `z${i} ::= [a-z] [a-z]+`),
].join('\n');

const property = (parameters: object): EngineTool => ({
  name: 'find_part',
  description: 'Find a part by its number',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 20 }, part: parameters },
    required: ['city', 'part'],
    additionalProperties: false,
  },
});
const tangled = property({ type: 'string', 'x-grammar': 'tangled' });
const plain = property({ type: 'string', maxLength: 10 });

const engine = await createOnnxEngine({ folder: TENON_BASE, threads: 1, grammars: { tangled: TANGLED } });
afterAll(() => engine.close());

describe('a grammar that becomes too complex while the text is written', () => {
  test('fails its own call with the code, and no other', async () => {
    const input = 'find part abc in Oslo';
    const results = await Promise.allSettled(
      [plain, tangled, plain, tangled].map((tool) => engine.generate({ input, tool })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    for (const result of results) {
      if (result.status === 'fulfilled') expect(result.value.finish).toBe('stop');
      else {
        expect(result.reason).toMatchObject({ code: 'grammar_too_complex' });
        // Every hole of the message is filled.
        expect(result.reason.message).toMatch(/more than 2000 stacks of rules/);
      }
    }
    expect(engine.trouble()).toBeNull();
    expect((await engine.generate({ input, tool: plain })).finish).toBe('stop');
  });

  test('is known by its place where the schema names a grammar that is not there', async () => {
    const tool = property({ type: 'string', 'x-grammar': 'sql' });
    await expect(engine.generate({ input: 'x', tool })).rejects.toMatchObject({
      code: 'grammar_unknown',
      message: 'There is no grammar sql. Known: tangled.',
      param: '/properties/part/x-grammar',
    });
  });
});
