import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import { boundSchema, createValidator, schemaToTypes } from '../../src/schema/index.ts';

const validator = createValidator({ threads: 1 });
afterAll(() => validator.close());

const KEYWORDS = [
  'type',
  'properties',
  'required',
  'items',
  'prefixItems',
  'additionalProperties',
  'patternProperties',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  '$ref',
  '$dynamicRef',
  '$defs',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  'pattern',
  'format',
  'minLength',
  'maximum',
  'multipleOf',
  'uniqueItems',
  'contains',
  'minContains',
  'dependentRequired',
  'dependentSchemas',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'nullable',
  'discriminator',
  '$comment',
  'default',
  '$recursiveRef',
  'definitions',
  'constructor',
];
const VALUES = [
  true,
  false,
  null,
  0,
  -1,
  1e308,
  0.1,
  '',
  '#',
  '#/',
  '#/$defs/a',
  '#a',
  'a',
  'string',
  'object',
  'null',
  'integer',
  'date-time',
  '^a',
  '(',
  '(?=a)',
  [],
  {},
  ['string', 'null'],
  ['a', 'a'],
  { a: true },
  { a: { $ref: '#' } },
  [{}],
  { '': false },
  'https://example.com/x',
  '\ud800',
  'process.exit()',
  '`',
  '*/',
];

const { schema } = fc.letrec<{ schema: unknown; value: unknown }>((tie) => ({
  schema: fc.dictionary(fc.constantFrom(...KEYWORDS), tie('value'), { maxKeys: 5 }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(...VALUES),
    tie('schema'),
    fc.array(tie('schema'), { maxLength: 3 }),
  ),
}));

async function onlyOurErrors(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(TenonError);
    expect((error as TenonError).code).toMatch(/^(schema|validation|instance)_/);
  }
}

it('whatever the schema, what comes out is a result or an error of the table', async () => {
  await fc.assert(
    fc.asyncProperty(schema, fc.jsonValue({ maxDepth: 3 }), async (hostile, value) => {
      await onlyOurErrors(async () => {
        const bounded = boundSchema(hostile);
        await validator.check(bounded);
        await validator.validate(bounded, value);
      });
    }),
    { numRuns: 400 },
  );
}, 60_000);

it('nor does the writer of types let others through', async () => {
  await fc.assert(
    fc.asyncProperty(schema, (hostile) =>
      onlyOurErrors(() => schemaToTypes('hostile', boundSchema(hostile))),
    ),
    { numRuns: 60 },
  );
}, 60_000);
