import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileGbnf,
  compileSchema,
  createMatcher,
  createVocabulary,
  type Grammar,
  GrammarError,
} from '../../src/grammar/index.ts';
import { accepts, allowed, VOCABULARY } from './follow.ts';
import { watched } from './watchdog.ts';

const KEYWORDS = [
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'items',
  'prefixItems',
  'pattern',
  'patternProperties',
  'format',
  'minimum',
  'maxLength',
  'multipleOf',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  '$ref',
  '$defs',
  '$id',
  '$anchor',
  '$dynamicRef',
  '$schema',
  'dependentSchemas',
  'unevaluatedProperties',
  'contains',
  'uniqueItems',
  'additionalProperties',
];
const VALUES = [
  true,
  false,
  null,
  0,
  -1,
  1.5,
  1e308,
  '',
  '#',
  '#/$defs/a',
  '#/properties',
  'string',
  'object',
  '^(a|b*)*$',
  '[',
  '\\p{L}+',
  [],
  ['a'],
  [{}],
  {},
  { a: true },
  { a: { $ref: '#' } },
  { type: 'array' },
];

const hostile = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.dictionary(
    fc.constantFrom(...KEYWORDS),
    fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(...VALUES),
      tie('schema'),
      fc.array(tie('schema'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', '__proto__', 'x'), tie('schema'), { maxKeys: 2 }),
    ),
    { maxKeys: 5 },
  ),
})).schema;

/** Runs a few tokens; whatever goes wrong must have a code. */
function survives(make: () => Grammar): void {
  const start = performance.now();
  try {
    const matcher = createMatcher(make(), VOCABULARY);
    for (let step = 0; step < 8; step++) {
      const tokens = allowed(matcher);
      matcher.forced();
      if (tokens.length === 0) break;
      matcher.accept(tokens[(step * 7) % tokens.length]!);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(GrammarError);
  }
  expect(performance.now() - start).toBeLessThan(5000);
}

describe('whatever comes in, a grammar or a coded error comes out', () => {
  it('of schemas', () => {
    fc.assert(
      fc.property(hostile, (schema) => survives(() => compileSchema(schema))),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (schema) => survives(() => compileSchema(schema))),
      { numRuns: 100 },
    );
  });

  it('of patterns', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '\\w',
      '[^x]',
      '(a|ab)',
      '(?=a)',
      '(?!b)',
      '(?<=a)',
      '^',
      '$',
      '\\b',
      '*',
      '+',
      '?',
      '{2,5}',
      '{1000}',
      '|',
      '(',
      ')',
      '[',
      ']',
      '\\',
      '\\u{1F600}',
      '\\1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) =>
        survives(() => compileSchema({ type: 'string', pattern: pieces.join('') })),
      ),
      { numRuns: 400 },
    );
  });

  it('of grammars', () => {
    const piece = fc.constantFrom(
      'root ::= ',
      'a ::= ',
      '"x"',
      '[a-z]',
      '[^',
      'a',
      'root',
      '(',
      ')',
      '|',
      '*',
      '+',
      '{2,3}',
      '{99999}',
      '\n',
      '# c\n',
      '"',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) =>
        survives(() => compileGbnf(pieces.join(' '))),
      ),
      { numRuns: 400 },
    );
  });

  it.each([
    ['a value that refers to itself', { $ref: '#' }],
    [
      'alternatives that multiply',
      {
        allOf: Array.from({ length: 30 }, (_, i) => ({
          anyOf: [{ required: [`a${i}`] }, { required: [`b${i}`] }],
        })),
      },
    ],
    [
      'negations that nest',
      Array.from({ length: 60 }).reduce<unknown>(
        (inner) => ({ not: { anyOf: [inner, { required: ['a'] }] } }),
        { type: 'string' },
      ),
    ],
    [
      'a pattern that counts in two ways at once',
      { type: 'string', pattern: '^(?=.{1,255}$)((.{1,63}\\.){1,127}[a-z]+)$' },
    ],
    [
      'many dependent schemas',
      {
        type: 'object',
        dependentSchemas: Object.fromEntries(
          Array.from({ length: 40 }, (_, i) => [`p${i}`, { required: [`q${i}`] }]),
        ),
      },
    ],
  ])('of %s', (_, schema) => {
    survives(() => compileSchema(schema));
  });
});

describe('patterns that unfold to more than can be followed', () => {
  it('end: followed, checked when the string closes, or refused with a code', async () => {
    const outcomes = await watched<Record<string, string>>('hostile-patterns-worker.ts');
    expect(Object.keys(outcomes).length).toBeGreaterThan(35);
    // Real ones go on as patterns that are checked.
    expect(outcomes).toMatchObject({
      'a\\w{1000}(?!b)': 'checked',
      '^(?=.{1,255}$)((.{1,63}\\.){1,127}(?![0-9]*$)[a-z0-9-]+\\.?)$': 'checked',
      '((a{1,30}){1,30}){1,30}b': 'followed',
      'many at once': 'grammar_too_complex',
      'names of a pattern that has no automaton': 'schema_pattern_unsupported',
    });
    const other = Object.values(outcomes).filter(
      (outcome) =>
        !['checked', 'followed', 'grammar_too_complex', 'schema_pattern_unsupported'].includes(outcome),
    );
    expect(other).toEqual([]);
  }, 120_000);

  it('are held to all the same where they are checked', () => {
    const grammar = compileSchema({
      type: 'string',
      pattern: '^(?=.{1,255}$)((.{1,63}\\.){1,127}(?![0-9]*$)[a-z0-9-]+\\.?)$',
    });
    expect(grammar.report.checked).toEqual([{ keyword: 'pattern', pointer: '' }]);
    for (const [text, valid] of [
      ['www.example.com', true],
      ['example.com.', true],
      ['example.123', false],
      ['example', false],
      [`${'a'.repeat(63)}.com`, true],
      [`${'a'.repeat(64)}.com`, false],
      [`${'a'.repeat(300)}.com`, false],
    ] as const)
      expect(accepts(grammar, JSON.stringify(text)), text).toBe(valid);
  });

  it('leave the matcher as it was where a mask is beyond the limit', () => {
    const tokens = [...'abcx"'].map((char) => Buffer.from(char));
    // Long tokens of all kinds: each leads to states of its own.
    for (let i = 0; i < 4_000; i++)
      tokens.push(Buffer.from(Array.from({ length: 12 }, (_, at) => 'abcx'[(i >> at) & 3]!).join('')));
    const vocabulary = createVocabulary(tokens, []);
    const patterns = ['a.{8}', 'b.{9}', 'c.{10}', 'a.{11}x', 'b.{12}x', 'c.{13}x'];
    const matcher = createMatcher(
      compileSchema({ type: 'string', allOf: patterns.map((pattern) => ({ pattern })) }),
      vocabulary,
    );
    const mask = new Uint32Array((vocabulary.size + 31) >> 5);
    expect(matcher.accept(4)).toBe(true);
    expect(() => matcher.mask(mask)).toThrow(expect.objectContaining({ code: 'grammar_too_complex' }));
    expect(() => matcher.mask(mask)).toThrow(expect.objectContaining({ code: 'grammar_too_complex' }));
    matcher.rollback(1);
    matcher.mask(mask);
    expect(mask[0]! & 31).toBe(16);
  });
});
