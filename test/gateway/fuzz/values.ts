import type { Random } from './random.ts';

type Schema = Readonly<Record<string, unknown>>;

const TEXTS = [
  '',
  ' ',
  'a',
  'greet',
  'x'.repeat(5_000),
  '\u0000',
  '\ud800',
  '\u202e\u200b',
  '💥',
  '../../etc/passwd',
  '%00%2f..',
  "'; DROP TABLE calls; --",
  '__proto__',
  'constructor',
  '<tool>x<call>{"name":',
  '2026-11-24T00:00:00Z',
  'http://169.254.169.254/latest',
  'json_object',
  'function',
  'required',
  '(a+)+$',
  '-1',
  'NaN',
];
const NUMBERS = [0, -0, 1, -1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324, 200, 201];

/** Any JSON value, small or odd. */
export function anything(random: Random, depth = 0): unknown {
  const kind = random.below(depth > 4 ? 4 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.pick(NUMBERS);
  if (kind === 3) return random.pick(TEXTS);
  if (kind === 4) return Array.from({ length: random.below(4) }, () => anything(random, depth + 1));
  if (kind === 5) return deep(random.pick([60, 120, 600]), random.chance(0.5));
  const entries = Array.from({ length: random.below(4) }, () => [
    random.pick(TEXTS),
    anything(random, depth + 1),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function deep(levels: number, inArrays: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = inArrays ? [value] : { properties: value };
  return value;
}

/** A value that mostly fits a schema: each part of it is now and then replaced by anything at all. */
export function nearly(schema: Schema, random: Random, resolve: (ref: string) => Schema): unknown {
  if (random.chance(0.06)) return anything(random);
  if (typeof schema.$ref === 'string') return nearly(resolve(schema.$ref), random, resolve);
  if (Array.isArray(schema.enum)) return random.pick(schema.enum as unknown[]);
  switch (schema.type) {
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
    case 'number':
      return random.chance(0.7) ? random.below(300) : random.pick(NUMBERS);
    case 'string':
      return random.pick(TEXTS);
    case 'array': {
      const length = Math.max(Number(schema.minItems ?? 0), random.below(4));
      return Array.from({ length }, () => nearly((schema.items ?? {}) as Schema, random, resolve));
    }
    case 'object':
      return nearlyObject(schema, random, resolve);
    default:
      return anything(random);
  }
}

function nearlyObject(schema: Schema, random: Random, resolve: (ref: string) => Schema): unknown {
  const required = (schema.required ?? []) as readonly string[];
  const members: [string, unknown][] = [];
  for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, Schema>)) {
    if (random.chance(required.includes(name) ? 0.97 : 0.25)) {
      members.push([name, KNOWN[name]?.(random) ?? nearly(property, random, resolve)]);
    }
  }
  if (random.chance(0.03)) members.push([random.pick(TEXTS), anything(random)]);
  return Object.fromEntries(members);
}

const SCHEMAS = [
  { type: 'object', properties: { name: { type: 'string' } } },
  { type: 'object', properties: { a: { $ref: '#' } } },
  { type: 'object', properties: { a: { pattern: '(a+)+$', type: 'string' } }, required: ['a'] },
  { type: 'object', not: {} },
  { type: 'object', $ref: '#/nowhere' },
  { type: 'object', properties: { a: { type: 'array', uniqueItems: true, contains: { minimum: 3 } } } },
  { type: 'object', minProperties: 1e9 },
  {
    type: 'object',
    properties: { a: { oneOf: [{ type: 'null' }, { const: 1 }] } },
    unevaluatedProperties: false,
  },
];

/** Values that get further than what the description alone would lead to. */
const KNOWN: Readonly<Record<string, (random: Random) => unknown>> = {
  name: (random) =>
    random.chance(0.8) ? random.pick(['greet', 'f', `k${random.below(50)}`]) : random.pick(TEXTS),
  description: (random) => random.pick(['a', 'Greet', random.pick(TEXTS)]),
  input: (random) => random.pick(['hi', 'greet Ann tomorrow at 8pm', random.pick(TEXTS)]),
  tool: (random) => random.pick(['greet', 'f', random.pick(TEXTS)]),
  model: (random) => (random.chance(0.9) ? 'none' : random.pick(TEXTS)),
  parameters: (random) => (random.chance(0.9) ? random.pick(SCHEMAS) : anything(random)),
  scopes: (random) => random.pick([['call'], ['admin'], ['review', 'train'], [], ['root'], 'admin']),
  messages: (random) =>
    random.pick([
      [{ role: 'user', content: 'hi' }],
      [
        { role: 'system', content: 'x' },
        { role: 'user', content: [{ type: 'text', text: random.pick(TEXTS) }] },
      ],
      [{ role: 'tool', content: 'x' }],
      [anything(random)],
    ]),
  tools: (random) =>
    random.pick<unknown>([
      ['greet'],
      [{ type: 'function', function: { name: 'greet' } }],
      [{ type: 'function', function: { name: 'f', parameters: random.pick(SCHEMAS), strict: true } }],
      [anything(random)],
    ]),
  tool_choice: (random) =>
    random.pick<unknown>([
      'none',
      'auto',
      'required',
      { type: 'function', function: { name: 'f' } },
      anything(random),
    ]),
  response_format: (random) =>
    random.pick<unknown>([
      { type: 'json_object' },
      { type: 'json_schema', json_schema: { name: 'a', schema: random.pick(SCHEMAS) } },
      anything(random),
    ]),
  upstream: (random) =>
    random.pick<unknown>([
      { method: 'POST', url: 'http://127.0.0.1:1/' },
      { method: 'GET', url: 'http://0x7f.1/{name}' },
      { method: 'GET', url: 'http://[::ffff:169.254.169.254]/' },
      { method: 'POST', url: 'file:///etc/passwd', secrets: { 'x\r\ny': 'env:HOME' } },
      anything(random),
    ]),
};
