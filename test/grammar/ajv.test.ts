import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema, GrammarError } from '../../src/grammar/index.ts';
import { createAjv } from '../../src/schema/ajv.ts';
import { accepts, walk } from './follow.ts';

const ajv = createAjv('2020-12');
const EXACT = { order: 'any', whitespace: 'flexible' } as const;
const names = fc.constantFrom('a', 'b', 'foo', 'é');

/** Schemas that are mostly satisfiable, over few names, so that keywords meet. */
const { schema } = fc.letrec<{ schema: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(
    fc.constant(true),
    fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'object', 'array') }),
    fc.record({
      type: fc.constant('integer'),
      minimum: fc.integer({ min: -20, max: 5 }),
      maximum: fc.integer({ min: 5, max: 300 }),
    }),
    fc.record(
      {
        type: fc.constant('number'),
        multipleOf: fc.constantFrom(0.5, 2, 3, 0.01),
        exclusiveMinimum: fc.integer({ min: -5, max: 5 }),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({
      type: fc.constant('string'),
      minLength: fc.integer({ min: 0, max: 2 }),
      maxLength: fc.integer({ min: 2, max: 5 }),
    }),
    fc.record({
      pattern: fc.constantFrom('^[a-c]+$', 'o', '^\\w?$', '(foo|bar)$', '^(?!a)', '\\d{2,3}', '^\\S*é'),
    }),
    fc.record(
      {
        type: fc.constant('string'),
        pattern: fc.constantFrom('^(ab)*$', '^a|b$', '(foo|bar)$', 'o', '^[ab]{1,2}$', '^f'),
        minLength: fc.integer({ min: 0, max: 3 }),
        maxLength: fc.integer({ min: 1, max: 4 }),
      },
      { requiredKeys: ['type', 'pattern'] },
    ),
    fc.record(
      {
        type: fc.constantFrom('integer', 'number'),
        minimum: fc.integer({ min: -3, max: 5 }),
        maximum: fc.integer({ min: 0, max: 9 }),
        multipleOf: fc.constantFrom(2, 3, 0.5, 0.01, 5),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ const: fc.constantFrom<unknown>(3, 0.02, -1, 'ab', '', { a: 1 }, [], ['a', 3]) }),
    fc.record({ format: fc.constantFrom('date', 'ipv4', 'uuid') }),
    fc.record({
      enum: fc.uniqueArray(fc.constantFrom<unknown>('a', 'foo', 1, 2.5, null, true, [1], { a: 1 }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
    fc.record({
      not: fc.constantFrom<unknown>(
        { type: 'string' },
        { const: 'a' },
        { required: ['a'] },
        { pattern: '^a' },
        { enum: ['a', 1] },
      ),
    }),
  ),
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
        required: fc.uniqueArray(names, { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), tie('leaf')),
        patternProperties: fc.dictionary(fc.constantFrom('^f', 'o$', '^[a-b]$'), tie('leaf'), { maxKeys: 2 }),
        minProperties: fc.integer({ min: 0, max: 2 }),
        maxProperties: fc.integer({ min: 2, max: 4 }),
        dependentRequired: fc.dictionary(names, fc.uniqueArray(names, { maxLength: 1 }), { maxKeys: 1 }),
        propertyNames: fc.constantFrom<unknown>({ maxLength: 2 }, { pattern: '^[a-f]' }),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        items: tie('schema'),
        minItems: fc.integer({ min: 0, max: 2 }),
        maxItems: fc.integer({ min: 2, max: 4 }),
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    ),
    // Ajv lets an empty array pass `contains` beside `prefixItems`; alone it does not.
    fc.record(
      {
        type: fc.constant('array'),
        contains: tie('leaf'),
        minContains: fc.integer({ min: 0, max: 2 }),
        maxContains: fc.constantFrom(2, 3),
      },
      { requiredKeys: ['type', 'contains'] },
    ),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's keyword
    fc.record({ if: tie('leaf'), then: tie('schema'), else: tie('schema') }),
  ),
}));

/** Ajv measures multiples with a tolerance, which only numbers of few digits are sure to be outside of. */
const tame = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value).replaceAll('"valueOf"', '"v"').replaceAll('"toString"', '"t"'),
    (_, inner: unknown) =>
      typeof inner === 'number' ? Math.round(Math.max(-1e6, Math.min(1e6, inner)) * 100) / 100 : inner,
  );

const instance = fc
  .jsonValue({ maxDepth: 3 })
  .map(tame)
  .chain((value) =>
    fc.oneof(
      fc.constant(value),
      fc.dictionary(
        names,
        fc.constantFrom<unknown>('a', 'foo', '', 1, 2.5, 30, null, true, [1], { a: 1 }, '2024-02-29'),
        { maxKeys: 4 },
      ),
      fc.array(fc.constantFrom<unknown>('a', 'foo', 1, 2, 2.5, null, { a: 1 }), { maxLength: 4 }),
      fc.constantFrom<unknown>(
        'a',
        'foo',
        'b',
        '12',
        '2024-02-29',
        '1.2.3.4',
        0,
        -3,
        0.01,
        7,
        100,
        null,
        true,
      ),
    ),
  );

/** A schema with `properties: {__proto__…}` and the like would be another one to Ajv. */
function judge(spec: unknown): ((value: unknown) => boolean) | undefined {
  try {
    const validate = ajv.compile(spec as object);
    return (value) => validate(value) as boolean;
  } catch {
    return undefined;
  }
}

/** The one thing among these schemas that may leave no way on: the few names that a pattern allows, all taken. */
function namesRunOut(spec: unknown): boolean {
  const text = JSON.stringify(spec);
  return text.includes('"^[a-b]$"') && text.includes('"additionalProperties":');
}

describe('against Ajv', () => {
  it('accepts what Ajv accepts, and nothing else', () => {
    fc.assert(
      fc.property(schema, fc.array(instance, { minLength: 6, maxLength: 6 }), (spec, values) => {
        const valid = judge(spec);
        fc.pre(valid !== undefined);
        let grammar: ReturnType<typeof compileSchema>;
        try {
          grammar = compileSchema(spec, EXACT);
        } catch (error) {
          expect(error).toBeInstanceOf(GrammarError);
          for (const value of values)
            expect(valid(value), `${(error as Error).message} for ${JSON.stringify(spec)}`).toBe(false);
          return;
        }
        for (const value of values) {
          const text = JSON.stringify(value);
          expect(accepts(grammar, text), `${text} under ${JSON.stringify(spec)}`).toBe(
            valid(JSON.parse(text)),
          );
        }
      }),
      { numRuns: 400 },
    );
  });

  it('follows its masks to values that Ajv accepts, without a dead end', () => {
    fc.assert(
      fc.property(schema, fc.integer(), fc.constantFrom({}, EXACT), (spec, seed, options) => {
        const valid = judge(spec);
        fc.pre(valid !== undefined && !namesRunOut(spec));
        let state = seed >>> 0;
        const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
        let text: string | undefined;
        try {
          text = walk(compileSchema(spec, options), random, 60);
        } catch (error) {
          if (error instanceof GrammarError) return;
          throw error;
        }
        if (text !== undefined)
          expect(valid(JSON.parse(text)), `${text} under ${JSON.stringify(spec)}`).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
