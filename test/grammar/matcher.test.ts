import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema, createMatcher, createVocabulary } from '../../src/grammar/index.ts';
import { acceptable, accepts, allowed, EOS, TOKENS, VOCABULARY } from './follow.ts';

const BOOKING = {
  type: 'object',
  properties: {
    restaurant: { type: 'string', minLength: 1, maxLength: 8 },
    party: { type: 'integer', minimum: 1, maximum: 50 },
    time: { type: 'string', format: 'date-time' },
    seat: { enum: ['inside', 'outside'] },
    tags: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' }, uniqueItems: true, maxItems: 3 },
    note: {
      anyOf: [
        { type: 'null' },
        { type: 'object', patternProperties: { '^x': { type: 'number' } }, additionalProperties: false },
      ],
    },
  },
  required: ['restaurant', 'party'],
  additionalProperties: false,
};
const OPEN = {
  type: 'object',
  properties: { foo: { type: 'integer' }, 'b"r': { type: 'string' } },
  additionalProperties: { type: 'array' },
};
const CHECKED = {
  oneOf: [
    { type: 'object', properties: { a: { type: 'string', not: { const: 'ab' } } } },
    { type: 'object', required: ['foo'] },
  ],
};

describe('mask and accept', () => {
  it('never disagree, whatever the tokens cross', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(BOOKING, OPEN, CHECKED, true, {
          type: 'number',
          minimum: -3,
          maximum: 120,
          multipleOf: 0.5,
        }),
        fc.constantFrom(
          {},
          { order: 'any' } as const,
          { order: 'any', whitespace: 'flexible' } as const,
          { whitespace: 'spaced' } as const,
        ),
        fc.array(fc.nat(), { maxLength: 25 }),
        (schema, options, choices) => {
          const matcher = createMatcher(compileSchema(schema, options), VOCABULARY);
          for (const choice of choices) {
            const tokens = allowed(matcher);
            expect(tokens).toEqual(acceptable(matcher));
            if (tokens.length === 0) return;
            matcher.accept(tokens[choice % tokens.length]!);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('may want one space after each comma and colon, and none elsewhere', () => {
    const items = { enum: [1, 2, [3]] };
    const schema = {
      type: 'object',
      properties: { a: { type: 'array', items, uniqueItems: true }, b: { const: { c: 'd, e: f' } } },
      required: ['a', 'b'],
    };
    const grammar = compileSchema(schema, { whitespace: 'spaced' });
    const takes = (text: string): boolean => {
      const matcher = createMatcher(grammar, VOCABULARY);
      return [...Buffer.from(text)].every((byte) => matcher.accept(byte)) && matcher.complete;
    };
    expect(takes('{"a": [1, [3], 2], "b": {"c": "d, e: f"}}')).toBe(true);
    expect(takes('{"a": [], "b": {"c": "d, e: f"}}')).toBe(true);
    for (const text of [
      '{"a": [1,[3], 2], "b": {"c": "d, e: f"}}',
      '{"a":[1, [3], 2], "b": {"c": "d, e: f"}}',
      '{"a": [1, [3], 2],"b": {"c": "d, e: f"}}',
      '{"a": [1, [3], 2], "b": {"c":"d, e: f"}}',
      '{ "a": [], "b": {"c": "d, e: f"}}',
      '{"a": [1, 1], "b": {"c": "d, e: f"}}',
      '{"a": [],  "b": {"c": "d, e: f"}}',
    ])
      expect([text, takes(text)]).toEqual([text, false]);
    const matcher = createMatcher(grammar, VOCABULARY);
    const forced = matcher.forced().map((token) => TOKENS[token]!);
    expect(Buffer.concat(forced).toString()).toBe('{"a": [');
  });

  it('agree on names that a token begins to spell and does not end', () => {
    for (const name of ['\\', 'a\\', '"', '\n', 'x"']) {
      const matcher = createMatcher(compileSchema({ type: 'object' }), VOCABULARY);
      for (const byte of Buffer.from(`{${JSON.stringify(name)}:1,"`)) expect(matcher.accept(byte)).toBe(true);
      expect(acceptable(matcher)).toEqual(allowed(matcher));
    }
  });

  it('ends with EOS once the value is whole, and takes nothing after it', () => {
    const matcher = createMatcher(compileSchema({ const: true }), VOCABULARY);
    for (const byte of Buffer.from('true')) expect(matcher.accept(byte)).toBe(true);
    expect(matcher.complete).toBe(true);
    expect(allowed(matcher)).toEqual([EOS]);
    expect(matcher.accept(EOS)).toBe(true);
    expect(allowed(matcher)).toEqual([]);
  });

  it('goes back over any number of tokens', () => {
    const matcher = createMatcher(compileSchema(BOOKING), VOCABULARY);
    const before = allowed(matcher);
    const text = [...Buffer.from('{"restaurant":"é","party":12}')];
    for (const byte of text) expect(matcher.accept(byte)).toBe(true);
    matcher.rollback(text.length);
    expect(allowed(matcher)).toEqual(before);
    expect(() => matcher.rollback(1)).toThrow(RangeError);
  });

  it('does not change on a refused token', () => {
    const matcher = createMatcher(compileSchema(BOOKING), VOCABULARY);
    const before = allowed(matcher);
    expect(matcher.accept(0x78)).toBe(false);
    expect(matcher.accept(100_000)).toBe(false);
    expect(allowed(matcher)).toEqual(before);
  });
});

describe('forced', () => {
  // In the order of their merges, as byte-pair vocabularies are.
  const merges = ['{"', 'ci', 'ty', 'city', '":', '":"', 'x"'];
  const vocabulary = createVocabulary(
    [...TOKENS.slice(0, 256), ...merges.map((text) => new TextEncoder().encode(text)), null],
    [263],
  );
  const city = (value: unknown): unknown => ({
    type: 'object',
    properties: { city: value },
    required: ['city'],
    additionalProperties: false,
  });
  const textOf = (tokens: readonly number[]): readonly string[] =>
    tokens.map((id) => merges[id - 256] ?? String.fromCharCode(id));

  it('cuts bytes that must come as the tokenizer would', () => {
    const matcher = createMatcher(compileSchema(city({ const: 'x' })), vocabulary);
    const forced = matcher.forced();
    expect(textOf(forced)).toEqual(['{"', 'city', '":"', 'x"', '}']);
    for (const token of forced) expect(matcher.accept(token)).toBe(true);
    expect(matcher.complete).toBe(true);
    expect(matcher.forced()).toEqual([]);
  });

  it('leaves open what a longer token could span', () => {
    // A string or a number may follow: `":` is certain, and `":"` may be the token that the model would take.
    const matcher = createMatcher(compileSchema(city({ type: ['string', 'integer'] })), vocabulary);
    expect(textOf(matcher.forced())).toEqual(['{"', 'city']);
  });

  it('forces nothing where there is a choice', () => {
    expect(createMatcher(compileSchema({ enum: ['a', 'b', 1] }), vocabulary).forced()).toEqual([]);
  });
});

describe('the text around a value', () => {
  it('belongs to the language', () => {
    const grammar = compileSchema({ type: 'integer' }, { prefix: '{"n":', suffix: '}' });
    expect(accepts(grammar, '{"n":12}')).toBe(true);
    expect(accepts(grammar, '12')).toBe(false);
  });
});
