import { afterAll, describe, expect, it } from 'vitest';
import { createValidator } from '../../src/schema/index.ts';

const grammars = {
  greeting: 'root ::= ("hello" | "good " ("morning" | "night")) "!"?',
  brackets: 'root ::= "(" root* ")"',
  // Each of its texts has many readings: (a|a)(a|a)…, each with another stack.
  ambiguous: `root ::= ${Array.from({ length: 60 }, (_, i) => `x${i}`).join(' | ')}\n${Array.from(
    { length: 60 },
    (_, i) => `x${i} ::= y${i} "b"\ny${i} ::= ${Array.from({ length: 60 }, (_, j) => `z${j}`).join(' | ')}`,
  ).join('\n')}\n${Array.from({ length: 60 }, (_, j) => `z${j} ::= "a" "a"+`).join('\n')}`,
};
const validator = createValidator({ threads: 1, grammars });
afterAll(() => validator.close());

const named = (name: unknown) => ({
  type: 'object',
  properties: { a: { type: ['string', 'number'], 'x-grammar': name } },
});

describe('x-grammar', () => {
  it('says what a text must be, and nothing of other values', async () => {
    await validator.check(named('greeting'));
    const judge = async (a: unknown) => (await validator.validate(named('greeting'), { a })).valid;
    expect([await judge('hello'), await judge('good night!'), await judge(7)]).toEqual([true, true, true]);
    expect([await judge('hello!!'), await judge('good '), await judge('')]).toEqual([false, false, false]);
  });

  it('says where a text does not fit, and what it must be', async () => {
    expect(await validator.validate(named('greeting'), { a: 'bye' })).toEqual({
      valid: false,
      errors: [{ pointer: '/a', keyword: 'x-grammar', message: 'must be a text of the grammar greeting' }],
    });
  });

  it.each(['2020-12', '2019-09', 'draft-07', 'draft-06', 'draft-04'])('holds in %s', async (dialect) => {
    const uri = dialect.startsWith('draft')
      ? `http://json-schema.org/${dialect}/schema#`
      : `https://json-schema.org/draft/${dialect}/schema`;
    const schema = { $schema: uri, ...named('greeting') };
    expect((await validator.validate(schema, { a: 'bye' })).valid).toBe(false);
  });

  it('is refused where no grammar has that name, and says which there are', async () => {
    await expect(validator.check(named('sql'))).rejects.toMatchObject({
      code: 'grammar_unknown',
      message: 'There is no grammar sql. Known: ambiguous, brackets, greeting.',
      param: '/properties/a/x-grammar',
    });
    await expect(validator.check(named('toString'))).rejects.toMatchObject({ code: 'grammar_unknown' });
    await expect(validator.check(named(['greeting']))).rejects.toMatchObject({
      code: 'schema_invalid',
      param: '/properties/a/x-grammar',
    });
  });

  it('is data where it stands under data', async () => {
    await validator.check({ const: { 'x-grammar': 'sql' } });
    await validator.check({ type: 'object', properties: { 'x-grammar': { type: 'string' } } });
  });

  it('ends with a code on a text that needs too much, and the thread goes on', async () => {
    const refused = (text: string) => validator.validate(named('brackets'), { a: text });
    await expect(refused('('.repeat(20_000))).rejects.toMatchObject({ code: 'grammar_too_complex' });
    await expect(validator.validate(named('ambiguous'), { a: 'aaaab' })).rejects.toMatchObject({
      code: 'grammar_too_complex',
    });
    expect((await refused('((()()))')).valid).toBe(true);
  });

  it('does not tire of texts: what was remembered for one does not count against another', async () => {
    const deep = (depth: number, width: number) => '('.repeat(depth) + '()'.repeat(width) + ')'.repeat(depth);
    for (let i = 1; i < 120; i++)
      expect((await validator.validate(named('brackets'), { a: deep(500, i) })).valid).toBe(true);
  });
});
