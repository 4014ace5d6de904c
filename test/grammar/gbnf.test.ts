import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileGbnf, compileSchema, type GrammarError } from '../../src/grammar/index.ts';
import { accepts } from './follow.ts';

const FOLDER = new URL('../../grammars/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(`${name}.gbnf`, FOLDER), 'utf8');

const EXAMPLES: Readonly<
  Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>
> = {
  date: {
    yes: ['2024-02-29', '2000-02-29', '2026-12-31'],
    no: ['2026-02-29', '1900-02-29', '2026-13-01', '2026-1-1'],
  },
  time: { yes: ['20:00:00Z', '23:59:59.123+05:30'], no: ['24:00:00Z', '20:00Z', '20:00:00'] },
  'date-time': { yes: ['2026-11-24T20:00:00Z'], no: ['2026-11-24', '2026-02-30T20:00:00Z'] },
  duration: { yes: ['P3DT12H', 'PT90S', 'P2W', 'P1Y2M3D'], no: ['P', 'PT', 'P1Y3D', '3D'] },
  email: { yes: ['ada@example.org', 'a.b+c@x-y.example'], no: ['ada', 'ada@example', 'a..b@example.org'] },
  uri: { yes: ['https://example.org/a?b=c#d'], no: ['example.org', 'https://exa mple.org'] },
  uuid: { yes: ['123e4567-e89b-12d3-a456-426614174000'], no: ['123e4567e89b12d3a456426614174000'] },
  ipv4: { yes: ['192.168.0.1', '255.255.255.255'], no: ['256.1.1.1', '01.2.3.4', '1.2.3'] },
  ipv6: { yes: ['::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8'], no: [':', '1::2::3', '1:2:3:4:5:6:7'] },
  cron: { yes: ['*/15 9-17 * * MON-FRI', '0 0 1,15 JAN *'], no: ['* * * *', '60 * * * *'] },
  amount: { yes: ['1234.50 EUR', '900 JPY', '-1.250 KWD'], no: ['900.00 JPY', '12 EUR', '1.5 USD'] },
  'sql-select': {
    yes: [
      'SELECT * FROM t',
      "SELECT a, COUNT(*) AS n FROM t JOIN u ON t.id = u.id WHERE b = 'it''s' AND (c > 1 OR d IN (SELECT x FROM y)) GROUP BY a ORDER BY n DESC LIMIT 10",
    ],
    no: ['DELETE FROM t', 'SELECT * FROM t; DROP TABLE t', 'SELECT * FROM t -- x'],
  },
};

describe('grammars/', () => {
  it('holds no grammar without examples here', () => {
    expect(
      readdirSync(FOLDER)
        .filter((file) => file.endsWith('.gbnf'))
        .sort(),
    ).toEqual(
      Object.keys(EXAMPLES)
        .map((name) => `${name}.gbnf`)
        .sort(),
    );
  });

  it.each(Object.entries(EXAMPLES))('%s', (name, { yes, no }) => {
    const grammar = compileGbnf(text(name));
    for (const example of yes) expect(accepts(grammar, example), example).toBe(true);
    for (const example of no) expect(accepts(grammar, example), example).toBe(false);
  });

  it('is written inside a JSON string where a schema names it', () => {
    const grammar = compileSchema(
      { type: 'object', properties: { q: { type: 'string', 'x-grammar': 'sql-select' } }, required: ['q'] },
      { grammars: { 'sql-select': text('sql-select') } },
    );
    expect(accepts(grammar, JSON.stringify({ q: 'SELECT "A b" FROM t' }))).toBe(true);
    expect(accepts(grammar, JSON.stringify({ q: 'DROP TABLE t' }))).toBe(false);
  });
});

describe('GBNF', () => {
  it.each([
    ['root ::= "a', 'grammar_syntax'],
    ['root ::= other', 'grammar_syntax'],
    ['root ::= "a" root', 'grammar_syntax'],
    ['root ::= root "x" | "y"', 'grammar_left_recursion'],
    ['root ::= a? root "x" | "y"\na ::= "z"', 'grammar_left_recursion'],
    ['other ::= "a"', 'grammar_syntax'],
  ])('refuses %s', (source, code) => {
    expect(() => compileGbnf(source)).toThrow(
      expect.objectContaining({ code, name: 'GrammarError' }) as GrammarError,
    );
  });

  it('counts brackets', () => {
    const grammar = compileGbnf('root ::= "(" root* ")"  # balanced');
    expect(accepts(grammar, '(()(()))')).toBe(true);
    expect(accepts(grammar, '(()')).toBe(false);
  });

  it('prints a schema that it can read again', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'integer' },
        b: { enum: ['x"y', 2, null] },
        c: { type: 'array', items: { $ref: '#' }, maxItems: 2 },
      },
      required: ['b'],
      additionalProperties: false,
    };
    const grammar = compileGbnf(compileSchema(schema).toGbnf());
    for (const value of [{ b: 2 }, { a: 1, b: 'x"y' }, { b: null, c: [{ b: 2 }] }])
      expect(accepts(grammar, JSON.stringify(value))).toBe(true);
    for (const value of [{ a: 1 }, { b: 3 }, { b: 2, d: 1 }])
      expect(accepts(grammar, JSON.stringify(value))).toBe(false);
  });
});
