import { describe, expect, it } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import { boundSchema } from '../../src/schema/index.ts';

function errorOf(schema: unknown): { code: string; param: string | undefined } {
  try {
    boundSchema(schema);
  } catch (error) {
    if (error instanceof TenonError) return { code: error.code, param: error.param };
    throw error;
  }
  return { code: 'none', param: undefined };
}

function nested(depth: number): unknown {
  let schema: unknown = { type: 'string' };
  for (let i = 0; i < depth; i++) schema = { properties: { a: schema } };
  return schema;
}

function properties(count: number): unknown {
  return {
    properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, { type: 'string' }])),
  };
}

describe('boundSchema', () => {
  it('gives back a schema that is within bounds', () => {
    const schema = {
      type: 'object',
      properties: { a: { enum: [1, null, 'x', { b: [] }] } },
      required: ['a'],
    };
    expect(boundSchema(schema)).toBe(schema);
    expect(boundSchema(true)).toBe(true);
  });

  it.each([
    [
      'an enum of 100,000 values',
      { properties: { a: { enum: Array.from({ length: 100_000 }, (_, i) => i) } } },
      'schema_too_large',
      '/properties/a/enum',
    ],
    ['800 levels', nested(400), 'schema_too_deep', undefined],
    ['20,000 levels', nested(10_000), 'schema_too_deep', undefined],
    ['5,000 properties', properties(5_000), 'schema_too_large', '/properties'],
    [
      'a long pattern',
      { properties: { 'a/b~': { pattern: 'a'.repeat(1_001) } } },
      'schema_too_large',
      '/properties/a~1b~0/pattern',
    ],
    [
      'a long pattern as a key',
      { patternProperties: { ['a'.repeat(1_001)]: {} } },
      'schema_too_large',
      undefined,
    ],
    ['many values', { examples: Array.from({ length: 30_000 }, () => 0) }, 'schema_too_large', undefined],
    ['many bytes', { description: 'é'.repeat(140_000) }, 'schema_too_large', ''],
    ['a function', { a: () => 1 }, 'schema_invalid', '/a'],
    ['NaN', { minimum: Number.NaN }, 'schema_invalid', '/minimum'],
    ['undefined', { minimum: undefined }, 'schema_invalid', '/minimum'],
    ['a Date', { const: new Date() }, 'schema_invalid', '/const'],
    [
      '__proto__',
      JSON.parse('{"properties": {"__proto__": {"type": "string"}}}'),
      'schema_invalid',
      '/properties/__proto__',
    ],
    ['$async', { $async: true }, 'schema_invalid', '/$async'],
    ['a list', [], 'schema_invalid', ''],
    ['a text', 'string', 'schema_invalid', ''],
    ['null', null, 'schema_invalid', ''],
    [
      'a remote $ref',
      { properties: { a: { $ref: 'http://127.0.0.1/x.json' } } },
      'schema_ref_remote',
      '/properties/a/$ref',
    ],
    ['a file $ref', { $ref: 'file:///etc/passwd' }, 'schema_ref_remote', '/$ref'],
    ['a relative $ref', { $ref: 'other.json#/a' }, 'schema_ref_remote', '/$ref'],
    ['a remote $dynamicRef', { $dynamicRef: 'https://example.com/#a' }, 'schema_ref_remote', '/$dynamicRef'],
    [
      'an unknown dialect',
      { $schema: 'http://json-schema.org/draft-03/schema#' },
      'schema_dialect_unknown',
      '/$schema',
    ],
  ])('refuses %s', (_, schema, code, param) => {
    const error = errorOf(schema);
    expect(error.code).toBe(code);
    if (param !== undefined) expect(error.param).toBe(param);
  });

  it('refuses a cycle instead of walking it forever', () => {
    const schema: Record<string, unknown> = {};
    schema.not = schema;
    expect(errorOf(schema).code).toBe('schema_too_deep');
  });

  it('follows references to resources embedded in the document', () => {
    const schema = {
      $id: 'https://example.com/root/tree.json',
      $defs: { leaf: { $id: 'leaf.json', type: 'string' } },
      properties: { a: { $ref: 'leaf.json' }, b: { $ref: 'https://example.com/root/tree.json#/$defs/leaf' } },
    };
    expect(errorOf(schema).code).toBe('none');
  });

  it('does not take data for keywords', () => {
    expect(
      errorOf({ const: { $ref: 'http://x/', $async: true }, properties: { $ref: { type: 'string' } } }).code,
    ).toBe('none');
  });
});
