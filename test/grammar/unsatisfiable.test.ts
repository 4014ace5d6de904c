import { describe, expect, it } from 'vitest';
import { compileSchema, GrammarError } from '../../src/grammar/index.ts';

const object = { type: 'object' } as const;

/** A schema, the keyword that no value gets past, and where it stands. */
const CASES: readonly (readonly [schema: unknown, keyword: string | undefined, pointer: string])[] = [
  [false, undefined, ''],
  [{ type: 'number', minimum: 5, maximum: 4 }, 'maximum', '/maximum'],
  [{ type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 2 }, 'exclusiveMaximum', '/exclusiveMaximum'],
  [{ type: 'integer', minimum: 1, maximum: 4, multipleOf: 5 }, 'multipleOf', '/multipleOf'],
  [{ type: 'string', minLength: 3, maxLength: 2 }, 'maxLength', '/maxLength'],
  [{ type: 'string', minLength: 1, maxLength: 1, pattern: '^(ab)*$' }, 'pattern', '/pattern'],
  [{ type: 'string', minLength: 3, pattern: '^a{0,2}$' }, 'pattern', '/pattern'],
  [{ type: 'string', maxLength: 9, format: 'date' }, 'format', '/format'],
  [{ type: 'array', minItems: 3, maxItems: 2 }, 'maxItems', '/maxItems'],
  [{ type: 'array', minItems: 2, items: { enum: [] } }, 'enum', '/items/enum'],
  [{ type: 'array', minItems: 1, items: false }, 'items', '/items'],
  [{ type: 'array', minItems: 3, items: { type: 'boolean' }, uniqueItems: true }, 'minItems', '/minItems'],
  [{ type: 'array', minItems: 2, items: { const: { a: 1 } }, uniqueItems: true }, 'minItems', '/minItems'],
  [{ type: 'array', contains: { type: 'null', const: 1 } }, 'const', '/contains/const'],
  [{ type: 'array', contains: true, minContains: 2, maxContains: 1 }, 'maxContains', '/maxContains'],
  [{ ...object, minProperties: 3, maxProperties: 2 }, 'maxProperties', '/maxProperties'],
  [{ ...object, required: ['a', 'b'], maxProperties: 1 }, 'required', '/required'],
  [{ ...object, required: ['a'], properties: { a: false } }, 'properties', '/properties/a'],
  [
    { ...object, required: ['a'], properties: { a: { type: 'integer', minimum: 2, maximum: 1 } } },
    'maximum',
    '/properties/a/maximum',
  ],
  [{ ...object, required: ['ab'], propertyNames: { maxLength: 1 } }, 'required', '/required'],
  [
    { ...object, required: ['b'], properties: { a: true }, additionalProperties: false },
    'required',
    '/required',
  ],
  [
    { ...object, minProperties: 2, properties: { a: true }, additionalProperties: false },
    'minProperties',
    '/minProperties',
  ],
  [{ type: 'string', const: 1 }, 'const', '/const'],
  [{ type: 'boolean', enum: ['true', 'false'] }, 'enum', '/enum'],
  [{ enum: [] }, 'enum', '/enum'],
  [{ allOf: [{ type: 'string' }, { type: 'number' }] }, 'allOf', '/allOf'],
  [
    { allOf: [{ type: 'string' }, { minLength: 2, type: 'string', maxLength: 1 }] },
    'maxLength',
    '/allOf/1/maxLength',
  ],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }], type: 'number' }, 'anyOf', '/anyOf'],
  [{ not: {} }, 'not', '/not'],
  [{ $ref: '#/$defs/x', $defs: { x: { type: 'null', const: 1 } } }, 'const', '/$defs/x/const'],
  [
    { ...object, required: ['a/b'], properties: { 'a/b': { allOf: [true, false] } } },
    'allOf',
    '/properties/a~1b/allOf/1',
  ],
];

function refusal(schema: unknown): unknown {
  try {
    compileSchema(schema);
  } catch (error) {
    if (error instanceof GrammarError) return [error.code, error.keyword, error.pointer];
    throw error;
  }
  return 'it was not refused';
}

describe('a schema that no value satisfies', () => {
  it.each(CASES)('%j: %s', (schema, keyword, pointer) => {
    expect(refusal(schema)).toEqual(['schema_unsatisfiable', keyword, pointer]);
  });

  it.each(CASES)('may be of an optional part: %j', (part) => {
    const schema = { ...object, properties: { part }, $defs: (part as { $defs?: unknown }).$defs ?? {} };
    expect(refusal(schema)).toBe('it was not refused');
  });

  it('is too large rather than unsatisfiable where the value could be written in theory', () => {
    for (const keyword of ['minLength', 'minItems', 'minProperties'])
      expect(refusal({ [keyword]: 1e9 })).toEqual(['schema_too_large', keyword, `/${keyword}`]);
  });

  it('is explained in bounded time', () => {
    const many = Array.from({ length: 1_900 }, (_, i) => ({ type: 'string', minLength: i, maxLength: 3 }));
    expect(refusal({ allOf: many })).toEqual(['schema_unsatisfiable', 'maxLength', '/allOf/4/maxLength']);
  });
});
