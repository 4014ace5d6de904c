import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { longestMatch } from '../../bench/grammar-vocabularies.ts';
import { compileSchema, createMatcher, type Grammar, GrammarError } from '../../src/grammar/index.ts';
import { TOKENS, VOCABULARY } from './follow.ts';

// Every twentieth schema of MaskBench's half for development: real schemas, instances that are valid and others that
// are not. `npm run -s bench -- grammar` runs all of them, with a real vocabulary and with times.

const FILE = new URL('../../../shared/data/jsonschemabench/maskbench_dev.jsonl.gz', import.meta.url);
const EVERY = 20;

interface Case {
  readonly id: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly data: unknown; readonly valid: boolean }[];
}

/** What does not come out as MaskBench has it, by schema, with the reason. */
const KNOWN: Readonly<Record<string, string>> = {};

const cut = longestMatch(TOKENS.slice(0, -1));
const mask = new Uint32Array((VOCABULARY.size + 31) >> 5);

/** Token by token; the mask must say of each what accept() says. */
function accepts(grammar: Grammar, data: unknown): boolean {
  const matcher = createMatcher(grammar, VOCABULARY);
  for (const token of cut(new TextEncoder().encode(JSON.stringify(data)))) {
    matcher.mask(mask);
    const allowed = ((mask[token >> 5]! >>> (token & 31)) & 1) === 1;
    if (matcher.accept(token) !== allowed) throw new Error(`mask and accept disagree on token ${token}`);
    if (!allowed) return false;
  }
  return matcher.complete;
}

/** What is wrong with a schema's answers. */
function misses({ schema, tests }: Case): readonly string[] {
  try {
    const grammar = compileSchema(schema, { order: 'any', whitespace: 'flexible' });
    return tests
      .filter(({ data, valid }) => accepts(grammar, data) !== valid)
      .map(({ valid }) => (valid ? 'valid rejected' : 'invalid accepted'));
  } catch (error) {
    if (error instanceof GrammarError) return [`refused: ${error.code}`];
    throw error;
  }
}

const there = existsSync(FILE);
describe.skipIf(!there)(`MaskBench${there ? '' : ' (skipped: ../shared is not here)'}`, () => {
  it('comes out right', () => {
    const lines = gunzipSync(readFileSync(FILE)).toString().trim().split('\n');
    const cases = lines.filter((_, i) => i % EVERY === 0).map((line) => JSON.parse(line) as Case);
    const wrong = cases.flatMap((one) => misses(one).map((miss) => [one.id, miss] as const));
    expect(cases).toHaveLength(259);
    expect(wrong.filter(([id]) => !Object.hasOwn(KNOWN, id))).toEqual([]);
    const right = cases.length - new Set(wrong.map(([id]) => id)).size;
    expect(right / cases.length).toBeGreaterThanOrEqual(0.99);
  }, 120_000);
});
