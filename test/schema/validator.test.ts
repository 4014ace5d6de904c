import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boundSchema, createValidator, type JsonSchema } from '../../src/schema/index.ts';

const validator = createValidator({ threads: 1, validateMs: 3_000, checkMs: 5_000 });
afterAll(() => validator.close());

const BOOKING: JsonSchema = boundSchema({
  type: 'object',
  properties: {
    party: { type: 'integer', minimum: 1, maximum: 50 },
    time: { type: 'string', format: 'date-time' },
    seating: { enum: ['inside', 'outside'] },
    guests: {
      type: 'array',
      items: {
        type: 'object',
        required: ['e/mail'],
        properties: { 'e/mail': { type: 'string', format: 'email' } },
      },
      uniqueItems: true,
    },
  },
  required: ['party', 'time'],
  additionalProperties: false,
});

describe('validate', () => {
  it('counts cents in decimals, as people do', async () => {
    const cents: JsonSchema = { type: 'number', multipleOf: 0.01 };
    for (const amount of [9.95, 0.07, 1.1, 4.35, 99999.99, 0.29])
      expect(await validator.validate(cents, amount)).toEqual({ valid: true, errors: [] });
    for (const amount of [9.955, 0.001, 99999.995])
      expect((await validator.validate(cents, amount)).valid).toBe(false);
  });

  it('says yes', async () => {
    const value = { party: 4, time: '2026-11-24T20:00:00+01:00', guests: [{ 'e/mail': 'a@example.com' }] };
    expect(await validator.validate(BOOKING, value)).toEqual({ valid: true, errors: [] });
  });

  it('says where, by which keyword, and in words', async () => {
    const value = { party: 0.5, seating: 'roof', extra: 1, guests: [{}] };
    const { valid, errors } = await validator.validate(BOOKING, value);
    expect(valid).toBe(false);
    expect(errors).toEqual(
      expect.arrayContaining([
        { pointer: '/time', keyword: 'required', message: 'is required and missing' },
        {
          pointer: '/extra',
          keyword: 'additionalProperties',
          message: 'is not a property that is allowed here',
        },
        { pointer: '/party', keyword: 'type', message: 'must be a whole number' },
        { pointer: '/seating', keyword: 'enum', message: 'must be one of "inside", "outside"' },
        { pointer: '/guests/0/e~1mail', keyword: 'required', message: 'is required and missing' },
      ]),
    );
  });

  it('reports at most fifty issues', async () => {
    const schema = { type: 'array', items: { type: 'string', minLength: 2 } };
    const { errors } = await validator.validate(
      schema,
      Array.from({ length: 5_000 }, () => 1),
    );
    expect(errors).toHaveLength(50);
  });

  it('knows own properties only', async () => {
    const schema = { type: 'object', required: ['constructor', 'toString'] };
    const { errors } = await validator.validate(schema, {});
    expect(errors.map((issue) => issue.pointer)).toEqual(['/constructor', '/toString']);
  });

  it('takes draft-07 where the schema says so, 2020-12 otherwise', async () => {
    const tuple = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'array',
      items: [{ type: 'string' }],
      additionalItems: false,
    };
    expect((await validator.validate(tuple, ['a'])).valid).toBe(true);
    expect((await validator.validate(tuple, ['a', 'b'])).valid).toBe(false);
    const prefix = { type: 'array', prefixItems: [{ type: 'string' }], items: false };
    expect((await validator.validate(prefix, ['a', 'b'])).valid).toBe(false);
    expect(
      (await validator.validate({ unevaluatedProperties: false, properties: { a: true } }, { b: 1 }))
        .errors[0]?.pointer,
    ).toBe('/b');
  });

  it('takes draft-06 and draft-04, with the identity and the bounds of draft-04', async () => {
    const six = {
      $schema: 'http://json-schema.org/draft-06/schema#',
      items: [{ const: 1 }],
      contains: { type: 'number' },
    };
    await validator.check(six);
    expect((await validator.validate(six, [2])).errors[0]?.keyword).toBe('const');
    const four = boundSchema({
      $schema: 'http://json-schema.org/draft-04/schema#',
      id: 'http://example.com/root.json',
      properties: { a: { minimum: 1, exclusiveMinimum: true }, b: { $ref: 'other.json' } },
      definitions: { other: { id: 'other.json', type: 'string' } },
    });
    await validator.check(four);
    const { errors } = await validator.validate(four, { a: 1, b: 2 });
    expect(errors.map((issue) => [issue.pointer, issue.message])).toEqual([
      ['/a', 'must be more than 1'],
      ['/b', 'must be a text'],
    ]);
    await expect(
      validator.check({ ...(four as object), $schema: 'http://json-schema.org/draft-07/schema#' }),
    ).rejects.toMatchObject({ code: 'schema_invalid' });
  });

  it('takes `id` for an annotation where it is no keyword', async () => {
    const schema = { id: 'anything', type: 'object', properties: { id: { id: 3, type: 'string' } } };
    await validator.check(schema);
    expect((await validator.validate(schema, { id: 1 })).errors[0]?.pointer).toBe('/id');
  });

  it('takes unknown keywords and unknown formats as annotations', async () => {
    expect(
      (await validator.validate({ type: 'string', format: 'colour', 'x-order': 3, example: 'red' }, 'red'))
        .valid,
    ).toBe(true);
  });

  it.each([
    ['20,000 levels', deep(20_000), 'instance_too_deep'],
    ['200,000 values', Array.from({ length: 200_000 }, () => 0), 'instance_too_large'],
    ['2 MB', 'x'.repeat(2_000_000), 'instance_too_large'],
    ['undefined', undefined, 'instance_not_json'],
    ['NaN', [Number.NaN], 'instance_not_json'],
    ['a function', { f: () => 1 }, 'instance_not_json'],
    ['a bigint', 1n, 'instance_not_json'],
  ])('refuses a value of %s', async (_, value, code) => {
    await expect(validator.validate(true, value)).rejects.toMatchObject({ code });
  });
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

describe('check', () => {
  it.each([
    ['an unknown type', { properties: { a: { type: 'texte' } } }, 'schema_invalid', '/properties/a/type'],
    [
      'a negative length',
      { properties: { a: { minLength: -1 } } },
      'schema_invalid',
      '/properties/a/minLength',
    ],
    ['an open end', { $ref: '#/$defs/none' }, 'schema_invalid', ''],
    ['a loop of references', { $ref: '#' }, 'schema_invalid', ''],
    [
      'a longer loop',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { anyOf: [{ $ref: '#/$defs/a' }] } }, $ref: '#/$defs/a' },
      'schema_invalid',
      '',
    ],
    ['a broken pattern', { items: { pattern: '(' } }, 'schema_invalid', '/items/pattern'],
    ['a tuple in 2020-12', { items: [{ type: 'string' }] }, 'schema_invalid', '/items'],
    [
      'the name of a meta-schema',
      { $id: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
      'schema_invalid',
      '',
    ],
  ])('refuses %s', async (_, schema, code, param) => {
    await expect(validator.check(schema)).rejects.toMatchObject({ code, param });
  });

  it('says why a loop of references is refused', async () => {
    await expect(validator.check({ $ref: '#' })).rejects.toThrow('leads back to itself');
    const longer = {
      $defs: { a: { $ref: '#/$defs/b' }, b: { anyOf: [{ $ref: '#/$defs/a' }] } },
      $ref: '#/$defs/a',
    };
    await expect(validator.check(longer)).rejects.toThrow('leads back to itself');
  });

  it('takes recursion that ends', async () => {
    const tree = { type: 'object', properties: { children: { type: 'array', items: { $ref: '#' } } } };
    await validator.check(tree);
    expect(
      (await validator.validate(tree, { children: [{ children: [{ children: 1 }] }] })).errors[0]?.pointer,
    ).toBe('/children/0/children/0/children');
  });

  it('is quick at the limits of what boundSchema lets through', async () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `p${i}`);
    const wide = boundSchema({
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, { type: 'string', minLength: 1 }])),
      required: names,
    });
    await validator.check(wide);
    await validator.check(boundSchema({ enum: Array.from({ length: 5_000 }, (_, i) => `value ${i}`) }));
    let deepest: unknown = { type: 'string' };
    for (let i = 0; i < 31; i++) deepest = { properties: { a: deepest } };
    await validator.check(boundSchema(deepest));
  });
});

describe('a hostile schema', () => {
  const small = createValidator({ threads: 1, validateMs: 1_000, checkMs: 1_000, memoryMb: 64 });
  afterAll(() => small.close());

  /** Each level asks for the next one twice: 2^n evaluations. */
  function doubling(levels: number): JsonSchema {
    const $defs: Record<string, unknown> = { d0: { type: 'object' } };
    for (let i = 1; i <= levels; i++)
      $defs[`d${i}`] = {
        allOf: [{ $ref: `#/$defs/d${i - 1}` }, { $ref: `#/$defs/d${i - 1}` }, { minProperties: 0 }],
      };
    return { $defs, $ref: `#/$defs/d${levels}` };
  }

  // A thread that starts has more time: that of its start.
  beforeAll(async () => {
    await small.check(BOOKING);
    await small.validate(BOOKING, {});
  });

  it('loses its thread at registration, and the next one is served', async () => {
    await expect(small.check(doubling(40))).rejects.toMatchObject({ code: 'schema_too_complex' });
    await small.check(BOOKING);
  });

  it('loses its thread at a call, and calls that waited behind it are served', async () => {
    const bomb = small.validate(doubling(40), {});
    const behind = Array.from({ length: 5 }, () => small.validate({ type: 'integer' }, 1));
    await expect(bomb).rejects.toMatchObject({ code: 'validation_timeout' });
    for (const result of await Promise.all(behind)) expect(result.valid).toBe(true);
  });

  it('cannot stall a pattern', async () => {
    const slow = { type: 'string', pattern: '^(a+)+$' };
    const started = performance.now();
    expect((await small.validate(slow, `${'a'.repeat(29)}!`)).valid).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('sees nothing of the environment', async () => {
    // Ajv compiles schemas to code; were one to get out, there would be no secret to take.
    process.env.TENON_TEST_SECRET = 'do-not-leak';
    const { createWorkerPool } = await import('../../src/schema/index.ts');
    const pool = createWorkerPool({ file: new URL('./environment-worker.ts', import.meta.url) });
    expect(await pool.run('environment', null, 5_000)).toEqual([]);
    await pool.close();
  });
});
