import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema, formatHolds } from '../../src/grammar/index.ts';
import { createAjv } from '../../src/schema/ajv.ts';
import { accepts } from './follow.ts';

/** Texts around the edges of each format, by its RFC. */
const TEXTS: Readonly<Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>> = {
  date: {
    yes: ['2024-02-29', '2000-02-29', '0000-01-01'],
    no: ['2023-02-29', '2100-02-29', '2024-04-31', '2024-00-10', '2024-1-1'],
  },
  time: {
    yes: ['12:00:00Z', '12:00:00z', '23:59:60Z', '00:29:60+00:30', '15:59:60-08:00', '12:00:00.5+23:59'],
    no: ['12:00:00', '22:59:60Z', '12:00:00+05', '12:00:00+0530', '24:00:00Z', '12:00:00.5+24:00'],
  },
  'date-time': {
    yes: ['2024-02-29T12:00:00Z', '2024-02-29t12:00:00z', '2024-02-29T12:00:00.123456789-08:00'],
    no: ['2024-02-29 12:00:00Z', '2024-02-30T12:00:00Z', '2024-02-29T12:00Z', '2024-02-29'],
  },
  duration: {
    yes: ['P1D', 'PT1S', 'P1Y2M3DT4H5M6S', 'P1W', 'P1YT1H'],
    no: ['P', 'PT', 'P1W1D', 'P1YT', 'P1Y1D', 'PT1H1S'],
  },
  email: {
    yes: ['a@b.c', 'a.b@c-d.e', 'a@b', '"a b"@c.d', 'a@[1.2.3.4]', 'a@[IPv6:::1]'],
    no: ['.a@b.c', 'a@-b.c', 'a b@c.d', 'a@b.c.', 'a', '"a"b"@c.d'],
  },
  'idn-email': { yes: ['δοκιμή@παράδειγμα.δοκιμή', '"δ ο"@a.b'], no: ['δ', 'δ@@a', 'δ ο@a.b'] },
  hostname: {
    yes: ['a', 'a.b', 'a-b.c', `${'a'.repeat(63)}.b`, `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(61)],
    no: [
      'a-',
      '-a',
      'a_b',
      'a..b',
      'a.',
      `${'a'.repeat(64)}.b`,
      `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(62),
    ],
  },
  'idn-hostname': {
    yes: ['例え.テスト', 'xn--nxasmq6b'],
    no: ['-例', '例-', 'ab--c', '。', 'a。', '\u0300a'],
  },
  ipv4: { yes: ['1.2.3.4', '255.255.255.255'], no: ['01.2.3.4', '256.1.1.1', '1.2.3', '1.2.3.4.5'] },
  ipv6: {
    yes: ['::', '::1', '1::', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', '::1.2.3.4', '1:2:3:4:5:6:1.2.3.4'],
    no: ['1::2::3', '12345::', ':1', '::ffff:1.2.3.256', '1:2:3:4:5:6:7', '::1%eth0'],
  },
  uri: {
    yes: ['http://a', 'http://a/b?c#d', 'mailto:a@b', 'urn:x:y', 'http://[::1]/', 'http:', 'x:/'],
    no: ['a', '//a', 'http://a b', 'http://a/%zz', 'http://a:b', 'http:/[::1]', 'http://a/"'],
  },
  'uri-reference': {
    yes: ['', 'a', '/a', '//a', '#a', '?a', 'http://a', 'a/b:c'],
    no: ['a b', '\\a', '://', '1:b', '/a"b', '//a@b@c'],
  },
  iri: {
    yes: ['http://ƒøø.ßår/?∂éœ=πîx#πîüx', 'x:/\u{10300}', 'x:?\u{f0000}'],
    no: ['/abc', 'x:/\u{f0000}', 'x: '],
  },
  'iri-reference': { yes: ['âππ', '#ƒ'], no: ['\\ƒ', '#ƒ\\m'] },
  'uri-template': { yes: ['a{b}', '{+x,y*}', '{?q:3}', '{a.b}', "a'b"], no: ['a{b', 'a b', '{}', '{a..b}'] },
  uuid: {
    yes: ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-12D3-A456-426614174000'],
    no: ['urn:uuid:123e4567-e89b-12d3-a456-426614174000', '123e4567e89b12d3a456426614174000'],
  },
  'json-pointer': { yes: ['', '/a/b', '/a~0'], no: ['/a~', 'a', '/~2'] },
  'relative-json-pointer': { yes: ['0', '1/a', '0#'], no: ['01', '-1', '/a'] },
  regex: { yes: ['a', '[a-z]+'], no: ['(', '^\\S(|(.|\\n)*\\S)\\Z'] },
  // Not JSON Schema's: annotations, as the specification asks.
  byte: { yes: ['', 'YQ==', 'YQ=', '!'], no: [] },
  url: { yes: ['example.org'], no: [] },
};

describe('formats mean what their RFCs say', () => {
  it.each(Object.entries(TEXTS))('%s', (format, { yes, no }) => {
    const grammar = compileSchema({ type: 'string', format }, { order: 'any', whitespace: 'flexible' });
    const reads = (text: string): boolean => accepts(grammar, JSON.stringify(text));
    for (const text of yes) expect(reads(text), text).toBe(true);
    for (const text of no) expect(reads(text), text).toBe(false);
    const validate = createAjv('2020-12').compile({ format });
    // Near misses: one character of a good text replaced, dropped or doubled. The validator agrees on each.
    fc.assert(
      fc.property(
        fc.constantFrom(...yes, ...no),
        fc.nat(),
        fc.constantFrom('', '0', '9', 'a', 'Z', '-', ':', '.', '/', '%', '_', ' ', '"', '@'),
        (text, at, char) => {
          const place = at % (text.length + 1);
          const near = text.slice(0, place) + char + text.slice(place + (at % 2));
          expect(reads(near), near).toBe(validate(near));
          expect(formatHolds(format, near)).toBe(validate(near));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are written in the form that programs agree on', () => {
    const written = (format: string, text: string): boolean =>
      accepts(compileSchema({ type: 'string', format }), JSON.stringify(text));
    expect(written('date-time', '2024-02-29T12:00:00Z')).toBe(true);
    // A small model that may write a fraction does not stop.
    expect(written('date-time', '2024-02-29T12:00:00.5Z')).toBe(false);
    expect(written('date-time', '2024-02-29t12:00:00z')).toBe(false);
    expect(written('byte', 'YQ==')).toBe(true);
    expect(written('byte', '!')).toBe(false);
  });

  it('give way to a pattern that asks for another form', () => {
    const grammar = compileSchema({ type: 'string', format: 'date-time', pattern: '\\.\\d{3}Z$' });
    expect(accepts(grammar, '"2024-02-29T12:00:00.123Z"')).toBe(true);
  });
});
