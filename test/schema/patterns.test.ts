import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import { linearRegExp } from '../../src/schema/patterns/linear-regexp.ts';

const SAMPLES = [
  '',
  'a',
  'A',
  '0',
  '_',
  '-',
  '.',
  '/',
  '\\',
  ']',
  '[',
  '{',
  '}',
  '^',
  '$',
  ' ',
  '\t',
  '\n',
  '\v',
  '\f',
  '\r',
  '\u00a0',
  '\u2003',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u0000',
  '\b',
  'é',
  'λ',
  'Σ',
  '٣',
  '😀',
  '\u{10ffff}',
  'ab',
  'a\n',
  '\na',
  'a b',
  'AB-12345',
  'foo.bar',
  '2026-11-23',
  'x{,3}',
  'abcabc',
  '€',
  'Ⅷ',
  'ß',
  'K',
];

/** Patterns whose meaning in RE2's own syntax differs, or that take care to translate. */
const PATTERNS = [
  '^.$',
  '^.*$',
  '^\\s$',
  '^\\S$',
  '^[\\s]$',
  '^[^\\s]$',
  '^[\\S]$',
  '^[^\\S]$',
  '^\\w+$',
  '^\\W$',
  '^[\\w-]+$',
  '^[\\w.-]+$',
  '^\\d{2,4}$',
  'a$',
  '^a',
  '\\bfoo\\b',
  '^[a-z]{2}$',
  '^[A-Z]{2}-[0-9]{5}$',
  '^[\\u0041-\\u005A]$',
  '^\\u{1F600}$',
  '^\\uD83D\\uDE00$',
  '^[\\u{1F600}-\\u{1F64F}]$',
  '^\\p{L}$',
  '^\\p{Letter}$',
  '^\\P{L}$',
  '^\\p{Lu}$',
  '^\\p{Script=Greek}$',
  '^\\p{gc=Nd}$',
  '^[\\p{L}\\p{N}]+$',
  '^[^\\p{L}]$',
  '^\\cJ$',
  '^\\0$',
  '^\\x41$',
  '^[\\b]$',
  '^[\\-]$',
  '^[a\\-z]$',
  '^[.]$',
  '^\\.$',
  '^\\/$',
  '^\\\\$',
  '^[\\]]$',
  '^[[]$',
  '^[^]$',
  '^(?:a|b)+$',
  '^(a|b)*?$',
  '^(?<year>\\d{4})-',
  '^$',
  '',
  'a|',
  '^(|a)$',
  '[]',
  '^[&&]$',
  '^[a-a]$',
  '^\\$$',
  '^[$^]$',
  '^\\{$',
];

describe('linearRegExp', () => {
  it.each(PATTERNS)('means what JavaScript means by %s', (pattern) => {
    const ours = linearRegExp(pattern);
    let theirs: RegExp;
    try {
      theirs = new RegExp(pattern, 'u');
    } catch {
      theirs = new RegExp(pattern);
    }
    for (const sample of SAMPLES) expect([sample, ours.test(sample)]).toEqual([sample, theirs.test(sample)]);
  });

  it('agrees with JavaScript on random classes and quantifiers', () => {
    const atom = fc.constantFrom(
      'a',
      '.',
      '\\s',
      '\\S',
      '\\d',
      '\\w',
      '[a-c]',
      '[^a\\s]',
      '[\\S\\d]',
      '\\u0041',
      '\\.',
      '(?:a|b)',
      '\\n',
    );
    const quantified = fc.tuple(atom, fc.constantFrom('', '?', '*', '+', '{1,2}', '{2}'));
    const pattern = fc
      .array(quantified, { minLength: 1, maxLength: 4 })
      .map((parts) => `^${parts.flat().join('')}$`);
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'A', '1', ' ', '\n', '\u2028', '\u00a0', '.', '😀'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(pattern, text, (source, sample) => {
        expect(linearRegExp(source).test(sample)).toBe(new RegExp(source, 'u').test(sample));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['(?=a)b', ['b'], []],
    ['^(?!a)\\w', ['b'], ['a']],
    ['(?<=a)b', ['ab'], ['b', 'cb']],
    ['(?<!a)b', ['b'], ['ab']],
    ['^(a|b)\\1$', ['aa', 'bb'], ['ab']],
    ['^(?<n>a+)-\\k<n>$', ['aa-aa'], ['aa-a']],
    ['^([^,]+(,|$)){3,}$', ['a,b,c'], ['a,b']],
    ['^\\p{Emoji}$', ['😀'], ['a']],
  ])('matches %s, which RE2 does not have, by the grammar', (pattern, texts, others) => {
    for (const text of [...texts, ...others])
      expect(linearRegExp(pattern).test(text), text).toBe(new RegExp(pattern, 'u').test(text));
  });

  it('gives up on a backreference that would take for ever', () => {
    expect(linearRegExp('^(a*)*\\1b$').test('a'.repeat(2_000))).toBe(false);
  });

  it.each(['(', '[a', 'a**', '(?<n>a)(?<n>b'])('says that %s is no pattern', (pattern) => {
    expect(() => linearRegExp(pattern)).toThrowError(expect.objectContaining({ code: 'schema_invalid' }));
  });

  it('takes the looser syntax that many schemas use', () => {
    expect(linearRegExp('^\\w+\\-\\w+$').test('a-b')).toBe(true);
    expect(linearRegExp('^a{$').test('a{')).toBe(true);
  });

  it('runs the classic exponential pattern in linear time', () => {
    const started = performance.now();
    expect(linearRegExp('^(a+)+$').test(`${'a'.repeat(20_000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('throws only errors of the table, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'\\[](){}?*+.^$|-,:=!<>abpPukx01 λ😀'), maxLength: 12 }),
        (pattern) => {
          try {
            linearRegExp(pattern);
          } catch (error) {
            expect(error).toBeInstanceOf(TenonError);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
