import { readdirSync, readFileSync } from 'node:fs';
import { LlamaGrammar } from 'node-llama-cpp';
import { afterAll, describe, expect, it } from 'vitest';
import { compileGbnf, compileSchema } from '../../src/grammar/index.ts';
import { openLlama } from '../model/llama-cpp.ts';
import { accepts } from './follow.ts';

// What we print as GBNF, and the grammars we ship, are read by the program whose language it is. Where node-llama-cpp
// has no binaries for the platform, there is nothing to compare with.

const llama = await openLlama();
afterAll(() => llama?.dispose());

/** llama.cpp's own word on a text. Throws where it cannot parse the grammar. */
function theirs(grammar: string): (text: string) => boolean {
  const parsed = new LlamaGrammar(llama!, { grammar }) as unknown as { _testText(text: string): boolean };
  return (text) => parsed._testText(text);
}

const FOLDER = new URL('../../grammars/', import.meta.url);
const shipped = (name: string): string => readFileSync(new URL(`${name}.gbnf`, FOLDER), 'utf8');

const closed = (properties: object, rest: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
});

/** Schemas, with values of which the first ones are valid as far as GBNF can say it, and the others are not. */
const SCHEMAS: Readonly<
  Record<string, { schema: unknown; yes: readonly unknown[]; no: readonly unknown[] }>
> = {
  anything: { schema: true, yes: [null, [1, 'a', { b: [true] }], -1.5e3, 'é"\\\n'], no: [] },
  'every type': {
    schema: closed({
      a: { type: 'integer' },
      b: { type: 'number' },
      c: { type: 'boolean' },
      d: { type: 'null' },
    }),
    yes: [{ a: -1, b: 2.5, c: true, d: null }],
    no: [{ a: 1.5, b: 1, c: true, d: null }, { a: 1, b: 1, c: 'true', d: null }, { a: 1 }],
  },
  'optional properties': {
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'string' }, c: { type: 'null' } },
      required: ['b'],
      additionalProperties: false,
    },
    yes: [{ b: '' }, { a: 1, b: 'x' }, { b: 'x', c: null }, { a: 1, b: 'x', c: null }],
    no: [{}, { a: 1 }, { b: 'x', d: 1 }],
  },
  'no property at all': {
    schema: { type: 'object', additionalProperties: false },
    yes: [{}],
    no: [{ a: 1 }],
  },
  'further properties': {
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' } },
      additionalProperties: { type: 'boolean' },
    },
    yes: [{}, { a: 1 }, { a: 1, z: true }, { z: false }],
    no: [{ a: 1, z: 1 }],
  },
  'forty optional properties': {
    schema: {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, { type: 'integer' }])),
      additionalProperties: false,
    },
    yes: [{}, { p3: 1, p39: 2 }],
    no: [{ p40: 1 }],
  },
  'enums and constants of every kind': {
    schema: {
      enum: [
        'a"b',
        'back\\slash',
        'line\nbreak',
        '[x]',
        'é日本',
        '',
        1,
        -2.5,
        null,
        true,
        [1, 'x'],
        { k: 'v' },
      ],
    },
    yes: ['a"b', 'back\\slash', 'line\nbreak', '[x]', 'é日本', '', 1, -2.5, null, true, [1, 'x'], { k: 'v' }],
    no: ['a', 2, false, [], {}],
  },
  'names of every kind': {
    schema: closed({
      'with space': { const: 1 },
      'q"uote': { const: 2 },
      'back\\slash': { const: 3 },
      'größe_日本-x.y': { const: 4 },
      'tab\t': { const: 5 },
    }),
    yes: [{ 'with space': 1, 'q"uote': 2, 'back\\slash': 3, 'größe_日本-x.y': 4, 'tab\t': 5 }],
    no: [{ 'with space': 1 }],
  },
  'lengths of strings': {
    schema: { type: 'string', minLength: 2, maxLength: 4 },
    yes: ['ab', 'é日本x'],
    no: ['a', 'abcde'],
  },
  'a long string': { schema: { type: 'string', maxLength: 10_000 }, yes: ['a'.repeat(3000)], no: [] },
  'lengths of arrays': {
    schema: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 },
    yes: [[1], [1, 2, 3]],
    no: [[], [1, 2, 3, 4]],
  },
  'a long array': {
    schema: { type: 'array', items: { type: 'integer' }, maxItems: 5000 },
    yes: [[1, 2]],
    no: [['a']],
  },
  'an empty array': { schema: { type: 'array', maxItems: 0 }, yes: [[]], no: [[1]] },
  tuples: {
    schema: {
      type: 'array',
      prefixItems: [{ type: 'integer' }, { type: 'string' }],
      items: { type: 'null' },
      minItems: 1,
    },
    yes: [[1], [1, 'a'], [1, 'a', null, null]],
    no: [[], ['a'], [1, 1]],
  },
  alternatives: {
    schema: {
      anyOf: [
        closed({ kind: { const: 'a' }, x: { type: 'integer' } }),
        closed({ kind: { const: 'b' }, y: { type: 'string' } }),
        { type: 'null' },
      ],
    },
    yes: [{ kind: 'a', x: 1 }, { kind: 'b', y: 'z' }, null],
    no: [{ kind: 'a', y: 'z' }, { kind: 'c' }],
  },
  recursion: {
    schema: {
      $ref: '#/$defs/tree',
      $defs: {
        tree: closed({
          value: { type: 'integer' },
          children: { type: 'array', items: { $ref: '#/$defs/tree' } },
        }),
      },
    },
    yes: [{ value: 1, children: [{ value: 2, children: [] }] }],
    no: [{ value: 1, children: [{ value: 2 }] }],
  },
  'what is left to the validator': {
    schema: {
      type: 'object',
      properties: {
        n: { type: 'number', minimum: 3, multipleOf: 0.5 },
        p: { type: 'string', pattern: '^a+$' },
        u: { type: 'array', uniqueItems: true },
        f: { format: 'date' },
      },
      not: { required: ['x'] },
    },
    yes: [{ n: 3.5, p: 'aa', u: [1], f: '2026-01-01' }],
    no: [],
  },
  'a named grammar': {
    schema: closed({
      sql: { type: 'string', 'x-grammar': 'sql-select', maxLength: 200 },
      id: { type: 'string', 'x-grammar': 'odd' },
    }),
    yes: [{ sql: "SELECT \"a b\" FROM t WHERE x = 'it''s'", id: 'q"\\\n^]-é' }],
    no: [
      { sql: 'DROP TABLE t', id: 'q"\\\n^]-é' },
      { sql: 'SELECT * FROM t', id: 'q' },
    ],
  },
};
const grammars = {
  'sql-select': shipped('sql-select'),
  odd: 'root ::= one_two [\\x00-\\x20] [\\^] [\\]] [-a] [^a-z]\none_two ::= "q\\"" "\\\\"',
};

describe.skipIf(!llama)('llama.cpp', () => {
  it.each(Object.entries(SCHEMAS))(
    'reads what we print of %s, and judges as we do',
    (_, { schema, yes, no }) => {
      const printed = compileSchema(schema, { grammars }).toGbnf();
      const own = compileGbnf(printed);
      const llamaSays = theirs(printed);
      for (const [values, expected] of [
        [yes, true],
        [no, false],
      ] as const) {
        for (const value of values) {
          const text = JSON.stringify(value);
          expect(accepts(own, text), text).toBe(expected);
          expect(llamaSays(text), text).toBe(expected);
        }
      }
    },
  );

  const TEXTS: Readonly<Record<string, readonly string[]>> = {
    amount: ['1234.50 EUR', '900 JPY', '900.00 JPY', '12 EUR'],
    cron: ['*/15 9-17 * * MON-FRI', '60 * * * *'],
    date: ['2024-02-29', '2026-02-29'],
    'date-time': ['2026-11-24T20:00:00Z', '2026-11-24'],
    duration: ['P3DT12H', 'P1Y3D'],
    email: ['ada@example.org', 'a..b@example.org'],
    ipv4: ['192.168.0.1', '256.1.1.1'],
    ipv6: ['2001:db8::1', '1::2::3'],
    'sql-select': [
      'SELECT COUNT(*) AS n FROM sales WHERE a = 1',
      'SELECT * FROM sqlite_master',
      'SELECT a--1 FROM t',
    ],
    time: ['20:00:00Z', '24:00:00Z'],
    uri: ['https://example.org/a?b=c#d', 'example.org'],
    uuid: ['123e4567-e89b-12d3-a456-426614174000', '123e4567'],
  };
  it.each(readdirSync(FOLDER).filter((file) => file.endsWith('.gbnf')))('reads %s as we do', (file) => {
    const name = file.replace('.gbnf', '');
    const own = compileGbnf(shipped(name));
    const llamaSays = theirs(shipped(name));
    const texts = TEXTS[name]!;
    expect(texts.map((text) => accepts(own, text))).toContain(true);
    for (const text of texts) expect([text, llamaSays(text)]).toEqual([text, accepts(own, text)]);
  });

  it.each([
    ['root ::= "\\x41\\u00e9\\t\\"\\\\" [\\]\\[\\-a-c\\x30-\\x39]', ['Aé\t"\\]', 'Aé\t"\\5', 'Aé\t"\\d']],
    ['root ::= [a-c-]+', ['a-b', '-', 'd']],
    ['root ::= [^a-c\\n] . "x"', ['zax', '日\nx', 'aax']],
    ['root ::= "a"{2} "b"{1,} "c"{0,2} "d"? "e"* "f"+', ['aabf', 'aabbbccdeeff', 'abf', 'aabcccf']],
    ['root ::= "ab"{2} ("c" | "d"){ 1 , 2 }', ['ababc', 'ababdc', 'abbc']],
    ['root ::= ("a"{2}){2} "b"+?', ['aaaa', 'aaaabbb', 'aaa']],
    ['root ::= "a" * ( "b"\n + )', ['b', 'aabb', 'a']],
    ['root ::= (\n  # first\n  "a" # second\n  "b"\n) |\n  "c"', ['ab', 'c', 'a']],
    ['root ::= "a" (| "b")', ['a', 'ab', 'b']],
    ['root ::= "a\nb"', ['a\nb', 'ab']],
    ['root ::= "(" (root | [^()])* ")"', ['(a(b)c)', '()', '()(']],
  ])('means the same by %s', (source, texts) => {
    const own = compileGbnf(source);
    const llamaSays = theirs(source);
    for (const text of texts) expect([text, llamaSays(text)]).toEqual([text, accepts(own, text)]);
  });
});
