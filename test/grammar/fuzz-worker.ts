/** A thread of its own, so that what hangs can be seen and stopped: says what it begins, and what has no code. */
import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';
import {
  compileGbnf,
  compileSchema,
  createMatcher,
  type Grammar,
  GrammarError,
} from '../../src/grammar/index.ts';
import { allowed, VOCABULARY } from './follow.ts';

let count = 0;

/** Compiles, prints, and follows `text` as far as it goes, with masks on the way. */
function survive(what: string, make: () => Grammar, text = ''): void {
  parentPort!.postMessage({ begin: what.slice(0, 500) });
  count++;
  try {
    const grammar = make();
    grammar.toGbnf();
    const matcher = createMatcher(grammar, VOCABULARY);
    const bytes = Buffer.from(text);
    for (let i = 0; i <= Math.min(bytes.length, 3_000); i++) {
      if (i < 6 || i % 500 === 0) {
        allowed(matcher);
        matcher.forced();
      }
      if (i === bytes.length || !matcher.accept(bytes[i]!)) break;
    }
  } catch (error) {
    if (!(error instanceof GrammarError))
      parentPort!.postMessage({
        uncoded: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
  }
}

const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let schema: unknown = { type: 'null' };
  for (let i = 0; i < depth; i++) schema = wrap(schema);
  return schema;
};
const many = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
const object = (entries: readonly (readonly [string, unknown])[]) => Object.fromEntries(entries);

/** Built apart: Biome takes an object with a `then` for a promise. */
const branch = (condition: unknown, yes: unknown, no: unknown = true): unknown =>
  Object.fromEntries([
    ['if', condition],
    ['then', yes],
    ['else', no],
  ]);

const SCHEMAS: Readonly<Record<string, readonly [unknown, string?]>> = {
  'deep arrays': [nest(5_000, (items) => ({ type: 'array', items })), '['.repeat(3_000)],
  'deep objects': [nest(5_000, (a) => ({ properties: { a } })), '{"a":'.repeat(500)],
  'deep not': [nest(5_000, (not) => ({ not }))],
  'deep anyOf': [nest(2_000, (inner) => ({ anyOf: [inner, { type: 'null' }] })), 'null'],
  'deep allOf': [nest(2_000, (inner) => ({ allOf: [inner, {}] })), 'null'],
  'deep if': [nest(300, (inner) => branch(inner, { type: 'null' }, inner)), 'null'],
  'deep values': [true, '['.repeat(3_000)],
  'a reference to itself': [{ $ref: '#' }],
  'a circle of references': [
    { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { allOf: [{ $ref: '#/$defs/a' }] } } },
  ],
  'a circle through not': [{ $ref: '#/$defs/a', $defs: { a: { not: { $ref: '#/$defs/a' } } } }, '1'],
  'a circle through anyOf': [
    { $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'null' }] } }, $ref: '#/$defs/a' },
    'null',
  ],
  'a circle through if': [{ $defs: { a: branch({ $ref: '#/$defs/a' }, false) }, $ref: '#/$defs/a' }, '1'],
  'recursion on every side': [
    {
      $defs: {
        t: { type: 'object', additionalProperties: { anyOf: many(8, () => ({ $ref: '#/$defs/t' })) } },
      },
      $ref: '#/$defs/t',
    },
    '{"a":'.repeat(200),
  ],
  'a large enum': [{ enum: many(20_000, (i) => `value ${i * 7919}`) }, '"value 79'],
  'a large oneOf': [
    {
      oneOf: many(1_000, (i) => ({ type: 'object', properties: { k: { const: `k${i}` } }, required: ['k'] })),
    },
    '{"k":"k9',
  ],
  'many properties': [
    { properties: object(many(5_000, (i) => [`p${i}`, { type: 'integer' }])), additionalProperties: false },
    '{"p12":1,"p1',
  ],
  'many patterns of names': [
    { patternProperties: object(many(200, (i) => [`^[a-z]{${i}}x`, { minimum: i }])) },
    '{"abcdefgx":',
  ],
  'patterns that multiply': [
    { type: 'string', allOf: many(12, (i) => ({ pattern: `(a.{${i + 5}}|b.{${i + 9}})` })) },
    `"${'ab'.repeat(60)}`,
  ],
  'huge numbers': [{ type: 'number', minimum: 1e308, multipleOf: 1e-300 }, '1e308'],
  'a huge length': [{ type: 'string', minLength: 1e9, maxLength: 1e15 }, '"aaaa'],
  'a huge array': [{ type: 'array', items: { type: 'integer' }, minItems: 1e9, uniqueItems: true }, '[1,2,3'],
  'much that must be unique': [
    { type: 'array', uniqueItems: true, items: { enum: many(2_000, (i) => i) } },
    `[${many(600, (i) => i).join()}`,
  ],
  'contains of contains': [nest(30, (contains) => ({ type: 'array', contains, minContains: 2 })), '[[[[[[[['],
  'dependencies on every name': [
    { dependentSchemas: object(many(60, (i) => [`a${i}`, { required: [`a${i + 1}`] }])) },
    '{"a1":1,"a2',
  ],
  'unevaluated under alternatives': [
    {
      anyOf: many(40, (i) => ({ properties: { [`p${i}`]: { type: 'integer' } } })),
      unevaluatedProperties: false,
    },
    '{"p3":1,"p4',
  ],
  'names of every alphabet': [
    { properties: { 'é\u0000日本😀\u2028': { const: '\ud800' }, ['__proto__']: { const: 1 } } },
    '{"__proto__":1',
  ],
};

const CATASTROPHIC = [
  '^(a+)+$',
  '^(a|a)*b$',
  '^(a|aa)+$',
  '(x+x+)+y',
  '^(.*a){12}$',
  '^(.*a){40}$',
  '(a?){30}a{30}',
  '(a*)*b',
  '((a*)*)*',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^(?=.*a)(?=.*b)(?=.*c)(?=.*d)(?=.*e)(?=.*f).*$',
  '^(?!.*(ab|cd|ef)).{0,60}$',
  '(a{1,100}){1,100}',
  '[^]{1000}',
  '(a|b|c|d|e){0,500}f',
  '^(a{0,50}b{0,50}){0,20}$',
  '\\p{L}{1,300}\\p{N}*',
  '(.|\\n)*x.{30}',
  '^(?:(?:a|b)?c?){100}$',
  '(((((((((a*)+)*)+)*)+)*)+)*)+',
  `${'('.repeat(2_000)}a${')'.repeat(2_000)}`,
  'a|'.repeat(3_000),
  '\\u{10FFFF}',
  '(?<=a)b',
  '\\1(a)',
  'a{2,1}',
  '[z-a]',
  '(?i:a)',
  '*',
  '\ud83d',
  'x'.repeat(9_999),
  'x'.repeat(10_001),
];

for (const [name, [schema, text]] of Object.entries(SCHEMAS)) {
  survive(name, () => compileSchema(schema), text);
  survive(`${name}, any order`, () => compileSchema(schema, { order: 'any', whitespace: 'flexible' }), text);
}
for (const pattern of CATASTROPHIC) {
  survive(`the pattern ${pattern}`, () => compileSchema({ type: 'string', pattern }), `"${'ab'.repeat(40)}`);
  survive(
    `names by ${pattern}`,
    () => compileSchema({ patternProperties: { [pattern]: { type: 'null' } } }),
    `{"${'a'.repeat(30)}`,
  );
}

const piece = fc.constantFrom(
  ...'a b . \\w [^x] (a|ab) (?=a) (?!b) ^ $ \\b * + ? {2,5} {1000} | ( ) [ ] \\ é 😀 \\u{1F600} \\1 \\p{L} [\\s\\S] .*'.split(
    ' ',
  ),
);
for (const pattern of fc.sample(fc.array(piece, { maxLength: 14 }), { numRuns: 120, seed: 5 }))
  survive(
    `the pattern ${pattern.join('')}`,
    () => compileSchema({ type: 'string', pattern: pattern.join('') }),
    '"abab😀',
  );
for (const json of fc.sample(fc.json({ maxDepth: 8 }), { numRuns: 60, seed: 6 }))
  survive(`the schema ${json}`, () => compileSchema(JSON.parse(json)), '{"a":[1');
const rule = fc.constantFrom(
  'root ::= ',
  'a ::= ',
  '"x"',
  '[a-z]',
  '[^',
  'a',
  'root',
  '(',
  ')',
  '|',
  '*',
  '+',
  '{2,3}',
  '{1999}',
  '\n',
  '# c\n',
  '"',
  '\\',
  '.',
  '<[7]>',
  '{0,}',
);
for (const parts of fc.sample(fc.array(rule, { maxLength: 20 }), { numRuns: 120, seed: 7 }))
  survive(`the grammar ${parts.join(' ')}`, () => compileGbnf(parts.join(' ')), 'xxaxx');

parentPort!.postMessage({ end: count });
