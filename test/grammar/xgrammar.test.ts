import { describe, expect, it } from 'vitest';
import { longestMatch } from '../../bench/grammar-vocabularies.ts';
import { compileSchema, createMatcher } from '../../src/grammar/index.ts';
import { allowed, TOKENS, VOCABULARY } from './follow.ts';
import { openXgrammar } from './xgrammar.ts';

// The same schemas, the same vocabulary, the same texts by two implementations that share no line: before each token
// both say what may come. Where they differ, the difference is one of those listed here, with its reason.

const closed = (properties: object, rest: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...rest,
});

/** What both support. Left out: names with quotation marks, which end XGrammar's process. */
const SCHEMAS: Readonly<Record<string, { readonly schema: unknown; readonly values: readonly unknown[] }>> = {
  null: { schema: { type: 'null' }, values: [null] },
  boolean: { schema: { type: 'boolean' }, values: [true, false] },
  integer: { schema: { type: 'integer' }, values: [0, -12, 345] },
  number: { schema: { type: 'number' }, values: [0, -1.5, 12.25, 1e21] },
  string: { schema: { type: 'string' }, values: ['', 'foo', 'é"\\\n', '日本', 'x😀'] },
  'several types': { schema: { type: ['integer', 'null', 'boolean'] }, values: [1, null, true] },
  'an enum of strings': { schema: { enum: ['foo', 'bar', 'foobar'] }, values: ['foo', 'bar', 'foobar'] },
  'an enum of anything': { schema: { enum: ['foo', 1, null, true, 12] }, values: ['foo', 1, null, true, 12] },
  'a constant': { schema: { const: { a: [1, 'x'] } }, values: [{ a: [1, 'x'] }] },
  'a closed object': {
    schema: closed({ a: { type: 'integer' }, foo: { type: 'string' } }),
    values: [{ a: 1, foo: 'bar' }],
  },
  'an empty object': { schema: closed({}), values: [{}] },
  'an optional property before': {
    schema: closed({ a: { type: 'integer' }, b: { type: 'boolean' } }, { required: ['b'] }),
    values: [{ b: true }, { a: 1, b: false }],
  },
  'an optional property after': {
    schema: closed({ a: { type: 'integer' }, b: { type: 'boolean' } }, { required: ['a'] }),
    values: [{ a: 1 }, { a: 1, b: false }],
  },
  'an optional property between': {
    schema: closed(
      { a: { type: 'null' }, b: { type: 'boolean' }, c: { type: 'null' } },
      { required: ['a', 'c'] },
    ),
    values: [
      { a: null, c: null },
      { a: null, b: true, c: null },
    ],
  },
  'optional properties only': {
    schema: closed({ a: { type: 'integer' }, b: { type: 'boolean' }, c: { type: 'null' } }, { required: [] }),
    values: [{}, { a: 1 }, { b: true }, { c: null }, { a: 1, c: null }],
  },
  'further properties': {
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      additionalProperties: { type: 'boolean' },
    },
    values: [{ a: 1 }, { a: 1, foo: true }, { a: 1, foo: true, bar: false }],
  },
  'names by a pattern': {
    schema: {
      type: 'object',
      patternProperties: { '^x[0-9]$': { type: 'integer' } },
      additionalProperties: false,
    },
    values: [{}, { x1: 1 }],
  },
  'numbers of properties': {
    schema: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 2 },
    values: [{ a: 1 }, { a: 1, b: 2 }],
  },
  'an array': { schema: { type: 'array', items: { type: 'integer' } }, values: [[], [1], [1, 2]] },
  'an array of so many': {
    schema: { type: 'array', items: { type: 'boolean' }, minItems: 1, maxItems: 2 },
    values: [[true], [true, false]],
  },
  'an empty array': { schema: { type: 'array', items: { type: 'null' }, maxItems: 0 }, values: [[]] },
  'a tuple': {
    schema: {
      type: 'array',
      prefixItems: [{ type: 'integer' }, { type: 'string' }],
      items: false,
      minItems: 2,
    },
    values: [[1, 'foo']],
  },
  'a tuple and more': {
    schema: { type: 'array', prefixItems: [{ type: 'null' }], items: { type: 'boolean' }, minItems: 1 },
    values: [[null], [null, true, false]],
  },
  nesting: {
    schema: closed({ a: closed({ b: { type: 'array', items: closed({ c: { type: 'null' } }) } }) }),
    values: [{ a: { b: [{ c: null }, { c: null }] } }],
  },
  alternatives: {
    schema: { anyOf: [{ type: 'integer' }, { type: 'string' }, closed({ a: { type: 'null' } })] },
    values: [1, 'foo', { a: null }],
  },
  'alternatives by a constant': {
    schema: {
      oneOf: [
        closed({ k: { const: 'foo' }, a: { type: 'integer' } }),
        closed({ k: { const: 'bar' }, b: { type: 'null' } }),
      ],
    },
    values: [
      { k: 'foo', a: 1 },
      { k: 'bar', b: null },
    ],
  },
  'one of allOf': { schema: { allOf: [closed({ a: { type: 'boolean' } })] }, values: [{ a: true }] },
  recursion: {
    schema: {
      $ref: '#/$defs/t',
      $defs: {
        t: closed({ v: { type: 'boolean' }, n: { anyOf: [{ $ref: '#/$defs/t' }, { type: 'null' }] } }),
      },
    },
    values: [{ v: true, n: { v: false, n: null } }],
  },
  'a length': { schema: { type: 'string', minLength: 1, maxLength: 3 }, values: ['a', 'foo', '日本'] },
  'a pattern': { schema: { type: 'string', pattern: '^[a-f]{2,4}$' }, values: ['ab', 'beef'] },
  'a pattern with alternatives': { schema: { type: 'string', pattern: '^(foo|bar)+$' }, values: ['foobar'] },
  'a range': { schema: { type: 'integer', minimum: -3, maximum: 120 }, values: [-3, 0, 12, 120] },
  'a least value': { schema: { type: 'integer', minimum: 5 }, values: [5, 12, 345] },
  'an open range': {
    schema: { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 20 },
    values: [1, 12, 19],
  },
  'a date': { schema: { type: 'string', format: 'date' }, values: ['2026-11-24', '2024-02-29'] },
  'a UUID': { schema: { type: 'string', format: 'uuid' }, values: ['123e4567-e89b-12d3-a456-426614174000'] },
  'an IPv4 address': { schema: { type: 'string', format: 'ipv4' }, values: ['192.168.0.1'] },
};

interface Difference {
  readonly ours: boolean;
  readonly schema: string;
  /** The text so far and the token, each byte a character. */
  readonly before: string;
  readonly token: string;
}

const inString = (before: string): boolean => (before.replaceAll(/\\./g, '').split('"').length & 1) === 0;

/** Every difference that there is between the two, by its reason. */
const KNOWN: Readonly<Record<string, (difference: Difference) => boolean>> = {
  'theirs: an exponent with which the number is infinite': ({ ours, before }) =>
    !ours && /e\+\d\d$/.test(before),
  'theirs: escapes that a program would not write; they are ours with whitespace: flexible': ({
    ours,
    before,
    token,
  }) => !ours && inString(before) && (token === '\\u0061' || (token === '/' && before.endsWith('\\'))),
  'theirs: bytes that are no UTF-8': ({ ours, before, token }) =>
    !ours && inString(before) && /^[\x80-\xff]$/.test(token),
  'theirs: in a string with a length no escapes, but raw control characters, quotation marks and any byte': ({
    schema,
    before,
    token,
  }) => schema === 'a length' && inString(before) && (token.startsWith('\\') || /[^ !#-[\]-~]/.test(token)),
  'theirs: 12 may go on to 120 only': ({ ours, schema, before, token }) =>
    !ours && schema === 'a range' && before === '12' && /^[1-9]$/.test(token),
  'theirs: 3 is less than 5': ({ ours, schema, before, token }) =>
    !ours && schema === 'a least value' && before === '3' && token === 'EOS',
  'theirs: no February has thirty days': ({ ours, schema, before, token }) =>
    !ours && schema === 'a date' && before.endsWith('-02-') && token === '3',
  'theirs: leading zeros in an address': ({ ours, schema, before }) =>
    !ours && schema === 'an IPv4 address' && before.endsWith('.0'),
  'theirs: capitals in a UUID; ours are written as RFC 9562 says': ({ ours, schema, token }) =>
    !ours && schema === 'a UUID' && /^[A-F]$/.test(token),
  'theirs: a name that was there before': ({ ours, before, token }) =>
    !ours && token.endsWith('"') && before.includes(`"${token}:`),
};

describe('masks beside XGrammar\u2019s', async () => {
  const peer = await openXgrammar();
  const cut = longestMatch(TOKENS.slice(0, -1));
  const text = (id: number): string =>
    TOKENS[id] === null ? 'EOS' : Buffer.from(TOKENS[id]!).toString('latin1');
  const seen = new Set<string>();
  let masks = 0;
  let equal = 0;

  it.each(Object.entries(SCHEMAS))('%s', async (name, { schema, values }) => {
    for (const value of values) {
      const tokens = cut(new TextEncoder().encode(JSON.stringify(value)));
      const theirs = await peer.masks(schema, tokens);
      // Both take the whole value.
      expect(theirs).toHaveLength(tokens.length + 1);
      const matcher = createMatcher(compileSchema(schema), VOCABULARY);
      let before = '';
      for (const [i, their] of theirs.entries()) {
        const our = new Set(allowed(matcher));
        masks++;
        const differing = [...our, ...their].filter((id) => our.has(id) !== their.has(id));
        if (differing.length === 0) equal++;
        for (const id of differing) {
          const difference = { ours: our.has(id), schema: name, before, token: text(id) };
          const reason = Object.keys(KNOWN).find((known) => KNOWN[known]!(difference));
          expect(reason, JSON.stringify(difference)).toBeDefined();
          seen.add(reason!);
        }
        if (i === tokens.length) break;
        expect(matcher.accept(tokens[i]!)).toBe(true);
        before += text(tokens[i]!);
      }
    }
  });

  it('differ in nothing else, and in all of this', () => {
    expect([...seen].sort()).toEqual(Object.keys(KNOWN).sort());
    expect(equal / masks).toBeGreaterThan(0.7);
  });
});
