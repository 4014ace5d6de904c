import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../src/errors.ts';
import { compileSchema, GRAMMAR_ERRORS, GrammarError } from '../../src/grammar/index.ts';
import { accepts } from './follow.ts';

const EXACT = { order: 'any', whitespace: 'flexible' } as const;

function refusal(schema: unknown): {
  code: string;
  pointer: string | undefined;
  keyword: string | undefined;
} {
  try {
    compileSchema(schema);
  } catch (error) {
    if (error instanceof GrammarError)
      return { code: error.code, pointer: error.pointer, keyword: error.keyword };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('what is refused', () => {
  it.each([
    [{ type: 'text' }, 'schema_invalid', '/type'],
    [{ properties: { a: { minimum: '1' } } }, 'schema_invalid', '/properties/a/minimum'],
    [{ items: 3 }, 'schema_invalid', '/items'],
    [{ $ref: '#/$defs/none' }, 'schema_ref_unresolved', '/$ref'],
    [{ pattern: '(' }, 'schema_pattern_unsupported', '/pattern'],
    [{ patternProperties: { '(a)\\1': true } }, 'schema_pattern_unsupported', '/patternProperties'],
    [{ type: 'string', 'x-grammar': 'nope' }, 'grammar_unknown', '/x-grammar'],
    [false, 'schema_unsatisfiable', ''],
    [
      {
        $ref: '#/$defs/a',
        $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, required: ['a'] } },
      },
      'schema_unsatisfiable',
      '/$defs/a/properties/a/$ref',
    ],
  ])('%j', (schema, code, pointer) => {
    expect(refusal(schema)).toMatchObject({ code, pointer });
  });

  it('has every code in the table that answers are made from', () => {
    for (const code of Object.keys(GRAMMAR_ERRORS)) expect(Object.keys(ERRORS)).toContain(code);
  });

  it('bounds depth and number', () => {
    let deep: unknown = true;
    for (let i = 0; i < 5000; i++) deep = { items: deep };
    expect(refusal(deep).code).toBe('schema_too_deep');
    expect(refusal({ anyOf: Array.from({ length: 60_000 }, () => ({})) }).code).toBe('schema_too_large');
  });

  it('survives patterns that make other engines hang', () => {
    const grammar = compileSchema({ type: 'string', pattern: '^(a+)+$' }, EXACT);
    expect(accepts(grammar, JSON.stringify(`${'a'.repeat(5000)}!`))).toBe(false);
    expect(accepts(grammar, JSON.stringify('a'.repeat(5000)))).toBe(true);
  });
});

describe('texts', () => {
  it('reads JSON as JSON.parse does', () => {
    const any = compileSchema(true, EXACT);
    for (const text of [
      ' {"a" : [1 , -0.5e+3 ] }\n',
      '"\\ud83d\\ude00\\ud800"',
      '"\\u0061\\/"',
      '[[],{}]',
      '1E5',
      '-0',
    ]) {
      expect(accepts(any, text), text).toBe(true);
    }
    for (const text of [
      '01',
      '1.',
      '.5',
      '[1,]',
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '"\t"',
      "'a'",
      'nul',
      '1e400',
      '',
    ]) {
      expect(accepts(any, text), text).toBe(false);
    }
  });

  it('writes compact JSON in the order of the schema by default', () => {
    const grammar = compileSchema({
      type: 'object',
      properties: { b: { type: 'integer' }, a: { type: 'integer' } },
      additionalProperties: false,
    });
    expect(accepts(grammar, '{"b":1,"a":2}')).toBe(true);
    expect(accepts(grammar, '{"a":2,"b":1}')).toBe(false);
    expect(accepts(grammar, '{"b": 1}')).toBe(false);
    expect(accepts(grammar, '{"b":1e0}')).toBe(false);
  });

  it('counts code points, escapes included', () => {
    const grammar = compileSchema({ type: 'string', minLength: 2, maxLength: 2 }, EXACT);
    for (const text of ['"ab"', '"\\n\\u0041"', '"😀é"', '"\\ud83d\\ude00x"', '"\\ud83dx"'])
      expect(accepts(grammar, text), text).toBe(true);
    for (const text of ['"a"', '"abc"', '"\\ud83d\\ude00"', '"😀"'])
      expect(accepts(grammar, text), text).toBe(false);
  });

  it('keeps to multiples exactly', () => {
    const grammar = compileSchema({ type: 'number', multipleOf: 0.01 });
    expect(accepts(grammar, '19.99')).toBe(true);
    expect(accepts(grammar, '19.999')).toBe(false);
  });
});

describe('patterns that no automaton has', () => {
  it.each([
    ['^(a|b)\\1$', '"aa"', '"ab"'],
    ['(?<=x)y$', '"xy"', '"ay"'],
    ['^([^,]+(,|$)){3,}$', '"a,b,c"', '"a,b"'],
  ])('%s is checked when the string closes', (pattern, yes, no) => {
    const grammar = compileSchema({ type: 'string', pattern }, EXACT);
    expect(accepts(grammar, yes)).toBe(true);
    expect(accepts(grammar, no)).toBe(false);
    expect(grammar.report.checked).toContainEqual({ keyword: 'pattern', pointer: '' });
  });
});

describe('items that may not repeat', () => {
  it('are told apart when they close, too, where they are large', () => {
    const items = {
      type: 'object',
      additionalProperties: { oneOf: [{ type: 'string' }, { type: 'object' }] },
    };
    const grammar = compileSchema({ type: 'array', uniqueItems: true, items }, EXACT);
    const item = (last: string): string => {
      const names = Array.from({ length: 30 }, (_, i) => [`name_${i}`, `value ${i}`]);
      return JSON.stringify(Object.fromEntries([...names, ['last', last]]));
    };
    expect(accepts(grammar, `[${item('a')},${item('b')}]`)).toBe(true);
    expect(accepts(grammar, `[${item('a')},${item('a')}]`)).toBe(false);
  });
});

describe('report', () => {
  it('names what is judged when a value closes', () => {
    const { report } = compileSchema({ properties: { a: { uniqueItems: true } }, not: { required: ['b'] } });
    expect(report.checked).toContainEqual({ keyword: 'uniqueItems', pointer: '/properties/a' });
    expect(report.unenforced).toEqual([]);
  });
});
