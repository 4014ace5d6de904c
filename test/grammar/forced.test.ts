import fc from 'fast-check';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { describe, expect, it } from 'vitest';
import { tokenBytes } from '../../bench/grammar-vocabularies.ts';
import { compileSchema, createMatcher, createVocabulary } from '../../src/grammar/index.ts';
import { loadTokenizer } from '../../src/model/tokenizer.ts';

// What forced() says must be what the tokenizer itself makes of the text: a model that is made to go on from another
// cut has never seen the like.

const embedded = loadTokenizer(new URL('../../models/tenon-base', import.meta.url).pathname, 4096);
const TOKENIZERS = {
  cl100k: { bytes: await tokenBytes('cl100k'), encode: (text: string): readonly number[] => cl100k(text) },
  embedded: { bytes: embedded.bytes, encode: embedded.encodeText },
};

/** Where tokenizers' patterns differ from merging a text as a whole. */
const PIECES =
  'the|restaurant|Name|ID|userId|first_name|-|_| |  |   |.|,|:|"|\\|/|(|)|[|]|{|}|1|22|333|4444|55555|é|ü|日本|語|—|“|”|…|€|!|?|#|$|%|&|*|+|=|~|^|<|>|\'|s|ll|\n|\t|A|b|HTTP|x|😀|٣|Ⅷ'.split(
    '|',
  );
const text = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));

interface Case {
  readonly schema: unknown;
  readonly value: unknown;
}

const constant = (value: unknown): Case => ({ schema: { const: value }, value });
const { example } = fc.letrec<{ example: Case }>((tie) => ({
  example: fc.oneof(
    { maxDepth: 3 },
    text.map(constant),
    fc.integer({ min: -9_999_999, max: 9_999_999 }).map(constant),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => constant(Math.round(n * 100) / 100 || 0)),
    text.map((value) => ({ schema: { type: 'string' }, value })),
    fc.integer({ min: 0, max: 99_999 }).map((value) => ({ schema: { type: 'integer' }, value })),
    fc
      .constantFrom('2026-11-24', '1999-01-01')
      .map((value) => ({ schema: { type: 'string', format: 'date' }, value })),
    fc
      .uniqueArray(fc.tuple(text, tie('example')), { selector: ([name]) => name, minLength: 1, maxLength: 3 })
      .map((members) => {
        const of = (part: keyof Case) => Object.fromEntries(members.map(([name, one]) => [name, one[part]]));
        const [properties, value] = [of('schema'), of('value')];
        const required = Object.keys(properties);
        return { schema: { type: 'object', properties, required, additionalProperties: false }, value };
      }),
  ),
}));

describe.each(Object.entries(TOKENIZERS))('forced() with %s', (_, { bytes, encode }) => {
  const vocabulary = createVocabulary([...bytes, null], [bytes.length]);
  const show = (tokens: readonly number[]): readonly string[] =>
    tokens.map((token) => Buffer.from(bytes[token] ?? []).toString());

  /** Follows the tokenizer's own cut of a value; wherever forced() speaks, it must say the same. */
  function follow({ schema, value }: Case, prefix = '', suffix = ''): number {
    const whole = `${prefix}${JSON.stringify(value)}${suffix}`;
    const tokens = encode(whole);
    // A tokenizer without a byte of its own for everything cannot spell every text.
    if (show(tokens).join('') !== whole) return 0;
    const matcher = createMatcher(compileSchema(schema, { prefix, suffix }), vocabulary);
    let forced = 0;
    for (let i = 0; i < tokens.length; ) {
      const must = matcher.forced();
      expect(show(must), whole).toEqual(show(tokens.slice(i, i + must.length)));
      forced += must.length;
      for (const token of must.length > 0 ? must : [tokens[i]!])
        expect(matcher.accept(token), whole).toBe(true);
      i += Math.max(1, must.length);
    }
    expect(matcher.complete).toBe(true);
    return forced / tokens.length;
  }

  it('cuts as the tokenizer does, whatever the text', () => {
    fc.assert(
      fc.property(example, (one) => void follow(one)),
      { numRuns: 250 },
    );
  });

  it('forces most of a call whose names are long', () => {
    const properties = {
      restaurant_name: { type: 'string' },
      number_of_guests: { type: 'integer' },
      seating_preference: { enum: ['inside', 'outside'] },
      contact: {
        type: 'object',
        properties: { emailAddress: { type: 'string' }, phoneNumber: { type: 'string' } },
        required: ['emailAddress', 'phoneNumber'],
        additionalProperties: false,
      },
    };
    const schema = {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    };
    const value = {
      restaurant_name: "Luigi's",
      number_of_guests: 4,
      seating_preference: 'outside',
      contact: { emailAddress: 'ada@example.org', phoneNumber: '5550100' },
    };
    expect(follow({ schema, value })).toBeGreaterThan(0.4);
    expect(follow({ schema, value }, '{"name":"book_table","arguments":', '}')).toBeGreaterThan(0.4);
  });
});
