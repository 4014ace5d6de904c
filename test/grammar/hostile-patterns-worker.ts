/** A thread of its own, so that what hangs can be seen and stopped: thirty tokens along each pattern that is hard to follow. */
import { parentPort } from 'node:worker_threads';
import { compileSchema, createMatcher, GrammarError } from '../../src/grammar/index.ts';
import { allowed, EOS, VOCABULARY } from './follow.ts';

const TOKENS = 30;

/** Counts in counts, alternatives of counts, lookaheads over counts, and wide classes with counts. */
const PATTERNS: readonly string[] = [
  'a\\w{1000}(?!b)',
  'a\\w{1000}',
  '^(?=.{1,255}$)((.{1,63}\\.){1,127}(?![0-9]*$)[a-z0-9-]+\\.?)$',
  '^(\\p{L}{1,100}\\p{N}{1,100}){1,100}$',
  '(.*a){20}b{500}',
  '(a|b)*a(a|b){60}',
  '((a{1,30}){1,30}){1,30}b',
  '^((a|b|ab){1,40}c?){1,40}$',
  '^(a{1,100}|b{1,90}|(ab){1,80}){1,70}$',
  '(?=.*a.{50})(?=.*b.{60})(?=.*c.{70}).*d',
  '(?!.*(a.{20}b|b.{21}a)).{100}',
  '^(?=(\\w{1,20}-){1,20}$)(?!.*--)[\\w-]{5,300}$',
  '\\p{L}{500}\\p{Lu}',
  '(\\p{L}|\\p{N}|\\p{Script=Greek}){300}\\p{Lu}{200}',
  '^(\\P{L}*\\p{L}){200}$',
  'x[^]{5000}y',
  '(x.{0,999}){3}y',
  '^(.{1,9}.{1,9}.{1,9}.{1,9}.{1,9}){1,99}$',
  '(a?){1000}a{1000}',
  '^(?:(?:a{0,9}b{0,9}){0,9}c{0,9}){0,99}$',
  '((((a{9}){9}){9}){9}){9}',
  '(?=(a|b){1,100}c)(?=(a|c){1,100}b)\\w+',
  '^(?!(.{3}){1,100}$)(?!(.{5}){1,100}$)(?!(.{7}){1,100}$)a*$',
  '(?:\\w{2,40}[ ,]?){30}\\1',
  'a{1000}{1000}',
  '^(?=.*[A-Z].{3,30})(?=.*\\d.{4,40})(?=.*[!-/].{5,50}).{12,128}$',
  '(.{1,50}@.{1,50}\\.){1,50}',
  '(0|1(01*0)*1){50}x{50}',
  '(.a|a.){40}[^]{40}',
  `${'.*'.repeat(500)}x`,
  `${'(.{0,3}|'.repeat(50)}x${')'.repeat(50)}`,
];

const text = (pattern: string): unknown => ({ type: 'string', pattern });
/** Each is small, all of them together are not. */
const TOGETHER = ['a.{15}', 'b.{16}', 'c.{17}', 'd.{18}', 'e.{19}', 'f.{14}'];
const names = (patterns: readonly string[]): unknown =>
  Object.fromEntries(patterns.map((pattern) => [pattern, { type: 'integer' }]));

const SCHEMAS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(PATTERNS.map((pattern) => [pattern, text(pattern)])),
  'many at once': { allOf: TOGETHER.map(text) },
  'any of them': { anyOf: PATTERNS.map(text) },
  'none of them': { type: 'string', not: { anyOf: TOGETHER.map(text) } },
  'names of many patterns': { type: 'object', patternProperties: names(TOGETHER), minProperties: 1 },
  'names of many patterns, and no others': {
    type: 'object',
    patternProperties: names(TOGETHER),
    additionalProperties: false,
    minProperties: 2,
  },
  'names of a pattern that has no automaton': {
    type: 'object',
    patternProperties: names(['a\\w{1000}(?!b)']),
  },
  'names that must match': { type: 'object', propertyNames: text('a.{18}b.{17}'), minProperties: 3 },
  'items that differ': { type: 'array', uniqueItems: true, items: text('^(a|b)*a(a|b){12}$'), minItems: 3 },
  'a length far off': { type: 'string', pattern: 'a.{30}b.{30}c', minLength: 500, maxLength: 505 },
};

const outcomes: Record<string, string> = {};
for (const [name, schema] of Object.entries(SCHEMAS)) {
  parentPort!.postMessage({ begin: name });
  try {
    const grammar = compileSchema(schema);
    const matcher = createMatcher(grammar, VOCABULARY);
    let random = 1;
    for (let i = 0; i < TOKENS; i++) {
      const ids = allowed(matcher).filter((id) => id !== EOS);
      matcher.forced();
      if (ids.length === 0) break;
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      matcher.accept(ids[(random >>> 8) % ids.length]!);
    }
    outcomes[name] = grammar.report.checked.length > 0 ? 'checked' : 'followed';
  } catch (error) {
    if (error instanceof GrammarError) outcomes[name] = error.code;
    else parentPort!.postMessage({ uncoded: error instanceof Error ? error.stack : String(error) });
  }
}
parentPort!.postMessage({ end: outcomes });
