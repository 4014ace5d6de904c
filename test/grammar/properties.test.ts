import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema, createMatcher, type Matcher } from '../../src/grammar/index.ts';
import { LIMITS } from '../../src/grammar/limits.ts';
import { allowed, EOS, TOKENS, VOCABULARY } from './follow.ts';
import { watched } from './watchdog.ts';

const SCHEMAS: readonly unknown[] = [
  {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 6 },
      count: { type: 'integer', minimum: 1, maximum: 120 },
      when: { type: 'string', format: 'date' },
      seat: { enum: ['inside', 'outside', 'in'] },
      tags: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' }, uniqueItems: true },
    },
    required: ['name'],
  },
  {
    oneOf: [
      { type: 'object', required: ['foo'] },
      { type: 'object', required: ['bar'] },
    ],
  },
  { type: 'array', prefixItems: [{ const: 'foo' }], contains: { type: 'integer' }, maxItems: 4 },
  { type: 'string', 'x-grammar': 'tree' },
  true,
];
const options = { grammars: { tree: 'root ::= "(" root* ")" | [a-f]{1,5}' } };

/** Takes allowed tokens by `choices`, EOS never. */
function advance(matcher: Matcher, choices: readonly number[]): readonly number[] {
  const taken: number[] = [];
  for (const choice of choices) {
    const tokens = allowed(matcher).filter((id) => id !== EOS);
    if (tokens.length === 0) break;
    const token = tokens[choice % tokens.length]!;
    matcher.accept(token);
    taken.push(token);
  }
  return taken;
}

/** All that a matcher says. */
const state = (matcher: Matcher): unknown => [allowed(matcher), matcher.forced(), matcher.complete];
const choices = fc.array(fc.nat(), { maxLength: 30 });
const anySchema = fc.constantFrom(...SCHEMAS);

describe('rollback', () => {
  it('leaves the matcher as one that has only seen the shorter text', () => {
    fc.assert(
      fc.property(anySchema, choices, choices, fc.nat(), (schema, first, second, back) => {
        const grammar = compileSchema(schema, options);
        const matcher = createMatcher(grammar, VOCABULARY);
        const taken = [...advance(matcher, first)];
        const count = back % (taken.length + 1);
        matcher.rollback(count);
        taken.length -= count;
        // And on from there, as if nothing had been.
        for (const more of [[], second]) {
          taken.push(...advance(matcher, more));
          const fresh = createMatcher(compileSchema(schema, options), VOCABULARY);
          for (const token of taken) expect(fresh.accept(token)).toBe(true);
          expect(state(matcher)).toEqual(state(fresh));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('takes back the end, and any number of tokens', () => {
    const matcher = createMatcher(compileSchema({ type: 'array', items: { type: 'integer' } }), VOCABULARY);
    const text = Buffer.from(`[${'1,'.repeat(20_000)}1]`);
    for (const byte of text) matcher.accept(byte);
    expect(matcher.accept(EOS)).toBe(true);
    matcher.rollback(text.length + 1);
    expect(state(matcher)).toEqual(
      state(createMatcher(compileSchema({ type: 'array', items: { type: 'integer' } }), VOCABULARY)),
    );
    expect(() => matcher.rollback(1)).toThrow(RangeError);
    expect(() => matcher.rollback(-1)).toThrow(RangeError);
  });
});

describe('two matchers on one grammar', () => {
  it('do not hear of each other', () => {
    fc.assert(
      fc.property(anySchema, choices, choices, (schema, one, other) => {
        const shared = compileSchema(schema, options);
        const pair = [one, other].map((list) => ({
          list,
          matcher: createMatcher(shared, VOCABULARY),
          alone: createMatcher(compileSchema(schema, options), VOCABULARY),
        }));
        for (let step = 0; step < 12; step++) {
          for (const { list, matcher, alone } of pair) {
            const choice = list.slice(step, step + 1);
            expect(advance(matcher, choice)).toEqual(advance(alone, choice));
            if (step % 5 === 4 && list.length > step) for (const each of [matcher, alone]) each.rollback(0);
            expect(state(matcher)).toEqual(state(alone));
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('what is remembered', () => {
  it('has an end: after thousands of schemas, patterns and texts the heap is within three times the limit', () => {
    const script = fileURLToPath(new URL('./remembering.ts', import.meta.url));
    const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning', script];
    const megabytes = Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
    expect(megabytes).toBeGreaterThan(0);
    expect(megabytes).toBeLessThan((3 * LIMITS.entryBytes) / 1e6);
  }, 120_000);
});

describe('fuzzed schemas and patterns', () => {
  it('never hang, and never end the thread: a watchdog looks on', async () => {
    const done = await watched<number>('fuzz-worker.ts');
    expect(done).toBeGreaterThan(300);
  }, 120_000);
});

// The vocabulary's tokens are bytes first, so that a text is its own token list.
expect(TOKENS[0x41]).toEqual(Uint8Array.of(0x41));
