import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileGbnf, compileSchema, createMatcher, type GrammarError } from '../../src/grammar/index.ts';
import { accepts, allowed, VOCABULARY } from './follow.ts';

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

describe('a grammar that is used for long', () => {
  it('starts anew once it remembers too much, and what goes on with it is not disturbed', () => {
    // Every text brings new stacks: without an end to remembering, the bound on states would be the end of the tool.
    const grammar = compileSchema(
      { type: 'string', 'x-grammar': 'tree' },
      { grammars: { tree: 'root ::= "(" (root | [a-z]){0,3} ")" | "[" (root | [0-9]){0,3} "]"' } },
    );
    const old = createMatcher(grammar, VOCABULARY);
    for (const byte of Buffer.from('"([12]')) expect(old.accept(byte)).toBe(true);
    const before = allowed(old);
    for (let i = 0; i < 8000; i++) {
      const path = [...(i + 8192).toString(2)];
      const text = path.map((bit) => (bit === '0' ? '(a' : '[1')).join('');
      const end = path.map((bit) => (bit === '0' ? ')' : ']'));
      expect(accepts(grammar, `"${text}${end.reverse().join('')}"`)).toBe(true);
    }
    expect(allowed(old)).toEqual(before);
    for (const byte of Buffer.from('a)"')) expect(old.accept(byte)).toBe(true);
    expect(old.complete).toBe(true);
  }, 20_000);
});

describe('what llama.cpp writes', () => {
  it.each([
    [
      'escapes',
      'root ::= "\\x41\\u00e9\\U0001F600\\t\\"\\\\" [\\]\\[\\-a-c\\x30-\\x39]',
      ['Aé😀\t"\\]', 'Aé😀\t"\\5'],
      ['A', 'Aé😀\t"\\d'],
    ],
    ['a hyphen at the end of a class', 'root ::= [a-c-]+', ['a-b', '-'], ['d']],
    ['negated classes and any character', 'root ::= [^a-c\\n] . "x"', ['zax', '日\nx'], ['aax', '\nax']],
    [
      'repeats',
      'root ::= "a"{2} "b"{1,} "c"{0,2} "d"? "e"* "f"+',
      ['aabf', 'aabbbccdeeff'],
      ['abf', 'aabcccf', 'aab'],
    ],
    [
      'a repeat of a word, and of a group',
      'root ::= "ab"{2} ("c" | "d"){ 1 , 2 }',
      ['ababc', 'ababdc'],
      ['abbc', 'abab'],
    ],
    ['repeats of repeats', 'root ::= ("a"{2}){2} "b"?*', ['aaaa', 'aaaabbb'], ['aaa']],
    ['spaces before a repeat', 'root ::= "a" * ( "b"\n + )', ['b', 'aabb'], ['a']],
    [
      'lines inside brackets and after |',
      'root ::= (\n  # first\n  "a" # second\n  "b"\n) |\n  "c"',
      ['ab', 'c'],
      ['a', 'b'],
    ],
    [
      'rule names with hyphens, capitals and digits',
      'root ::= Rule-1 rule_2\nRule-1 ::= "x"\n\nrule_2 ::= "y"',
      ['xy'],
      ['x'],
    ],
    ['an empty alternative', 'root ::= "a" (| "b")', ['a', 'ab'], ['b']],
    ['a line in a text', 'root ::= "a\nb"', ['a\nb'], ['ab']],
    ['nested rules', 'root ::= "(" (root | [^()])* ")"', ['(a(b)c)', '()'], ['(', '())']],
    ['comments everywhere', '# one\nroot ::= "#" # two\n# three', ['#'], ['# two']],
  ] as const)('%s', (_, source, yes, no) => {
    const grammar = compileGbnf(source);
    for (const text of yes) expect(accepts(grammar, text), text).toBe(true);
    for (const text of no) expect(accepts(grammar, text), text).toBe(false);
  });

  it.each([
    ['a token by its number', 'root ::= <[1000]> "a"', /token of a vocabulary/],
    ['a token by its text', 'root ::= <think> .*', /token of a vocabulary/],
    ['any token but one', 'root ::= !<[1000]>*', /token of a vocabulary/],
    ['an escape that is none', 'root ::= "\\q"', /\\q is no escape/],
    ['a text that does not end', 'root ::= "abc', /not closed/],
    ['a repeat of nothing', 'root ::= * "a"', /begins with its name/],
    ['a range the wrong way round', 'root ::= [z-a]', /out of order/],
    ['a repeat the wrong way round', 'root ::= "a"{3,2}', /from the smaller number/],
  ])('refuses %s, and says the line', (_, source, reason) => {
    expect(() => compileGbnf(`# a comment\n${source}`)).toThrow(reason);
    expect(() => compileGbnf(`# a comment\n${source}`)).toThrow(/line [23]/);
  });
});

describe('a hostile grammar', () => {
  const many = (count: number, rule: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => rule(i)).join('\n');

  it.each([
    ['repeats that multiply', 'root ::= (("a"?){2000}){2000}'],
    ['repeats of nothing that multiply', 'root ::= ((""{2000}){2000}){2000}'],
    ['alternatives that multiply', `root ::= (${many(300, (i) => `"${i}"? |`)} "x"){300}`],
    ['repeats without number', `root ::= "a"${'*'.repeat(100_000)}`],
    ['brackets without number', `root ::= ${'('.repeat(100_000)}`],
    ['rules without number', `root ::= r0\n${many(100_000, (i) => `r${i} ::= r${i + 1}`)}`],
    ['a long chain of rules', `root ::= r0\n${many(19_000, (i) => `r${i} ::= r${i + 1}`)}\nr19000 ::= "a"`],
    [
      'a chain of rules defined backwards',
      `root ::= r0\nr19000 ::= "a"\n${many(19_000, (i) => `r${18_999 - i} ::= r${19_000 - i}`)}`,
    ],
    ['a circle of rules', `root ::= r0\n${many(19_000, (i) => `r${i} ::= r${(i + 1) % 19_000} | "a"`)}`],
    ['readings that multiply', `root ::= ${many(1, () => '("a" | "a" "a"?)*')} "b"`],
    ['one long line of calls', `root ::= ${'a '.repeat(400_000)}\na ::= "x"`],
  ])(
    '%s',
    (_, source) => {
      try {
        const matcher = createMatcher(compileGbnf(source), VOCABULARY);
        for (let i = 0; i < 200 && matcher.accept(0x61); i++) allowed(matcher);
      } catch (error) {
        expect(error).toMatchObject({ name: 'GrammarError' });
      }
    },
    20_000,
  );
});
