import { fullFormats } from 'ajv-formats/dist/formats.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/grammar/index.ts';
import { accepts } from './follow.ts';

/** Texts around the edges of each format; what they should be, Ajv says. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  date: [
    '2024-02-29',
    '2023-02-29',
    '2100-02-29',
    '2000-02-29',
    '2024-04-31',
    '2024-00-10',
    '2024-1-1',
    '0000-01-01',
  ],
  time: [
    '12:00:00Z',
    '12:00:00z',
    '12:00:00',
    '23:59:60Z',
    '22:59:60Z',
    '00:29:60+00:30',
    '15:59:60-08:00',
    '12:00:00+05',
    '12:00:00+0530',
    '24:00:00Z',
    '12:00:00.5+24:00',
  ],
  'date-time': [
    '2024-02-29T12:00:00Z',
    '2024-02-29 12:00:00Z',
    '2024-02-29t12:00:00z',
    '2024-02-30T12:00:00Z',
    '2024-02-29T12:00Z',
    '2024-02-29',
  ],
  duration: ['P1D', 'PT1S', 'P1Y2M3DT4H5M6S', 'P1W', 'P', 'PT', 'P1W1D', 'P1YT', 'P1Y1D'],
  email: ['a@b.c', 'a.b@c-d.e', '.a@b.c', 'a@b', 'a@-b.c', 'a b@c.d', 'a@b.c.'],
  hostname: [
    'a',
    'a.b',
    'a-b.c',
    'a-',
    '-a',
    'a_b',
    'a..b',
    'a.',
    `${'a'.repeat(63)}.b`,
    `${'a'.repeat(64)}.b`,
  ],
  ipv4: ['1.2.3.4', '01.2.3.4', '256.1.1.1', '1.2.3', '1.2.3.4.5'],
  ipv6: [
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::1.2.3.4',
    '1::2::3',
    '12345::',
    ':1',
    '1:2:3:4:5:6:1.2.3.4',
    '::ffff:1.2.3.256',
  ],
  uri: [
    'http://a',
    'http://a/b?c#d',
    'mailto:a@b',
    'urn:x:y',
    'a',
    '//a',
    'http://a b',
    'http://[::1]/',
    'http://a/%zz',
    'http:',
    'x:/',
  ],
  'uri-reference': ['', 'a', '/a', '//a', '#a', '?a', 'http://a', 'a b', '\\a'],
  'uri-template': ['a{b}', 'a{b', '{+x,y*}', '{?q:3}', 'a b', '{}'],
  uuid: [
    '123e4567-e89b-12d3-a456-426614174000',
    '123E4567-E89B-12D3-A456-426614174000',
    'urn:uuid:123e4567-e89b-12d3-a456-426614174000',
    '123e4567e89b12d3a456426614174000',
  ],
  'json-pointer': ['', '/a/b', '/a~0', '/a~', 'a'],
  'relative-json-pointer': ['0', '1/a', '0#', '01', '-1'],
  byte: ['', 'YQ==', 'YWI=', 'YWJj', 'YQ=', '!'],
};

const formats = fullFormats as unknown as Readonly<
  Record<string, RegExp | ((text: string) => boolean) | { validate: (text: string) => boolean }>
>;

function ajvHolds(name: string, text: string): boolean {
  const format = formats[name]!;
  if (format instanceof RegExp) return format.test(text);
  return typeof format === 'function' ? format(text) : format.validate(text);
}

describe('formats mean what they mean to Ajv', () => {
  it.each(Object.entries(TEXTS))('%s', (format, texts) => {
    const grammar = compileSchema({ type: 'string', format }, { order: 'any', whitespace: 'flexible' });
    const check = (text: string): void =>
      expect(accepts(grammar, JSON.stringify(text)), text).toBe(ajvHolds(format, text));
    for (const text of texts) check(text);
    // Near misses: one character of a good text replaced, dropped or doubled.
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.constantFrom('', '0', '9', 'a', 'Z', '-', ':', '.', '/', '%', '_', ' '),
        (text, at, char) => {
          const place = at % (text.length + 1);
          check(text.slice(0, place) + char + text.slice(place + (at % 2)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
