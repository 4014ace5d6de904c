import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compileSchema, createMatcher, GrammarError } from '../../src/grammar/index.ts';
import { VOCABULARY } from './follow.ts';

const FOLDER = new URL('../../../shared/data/json-schema-test-suite/', import.meta.url);
const PRESENT = existsSync(FOLDER);

interface Group {
  readonly file: string;
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

const unzip = (name: string): string => gunzipSync(readFileSync(new URL(name, FOLDER))).toString();
function accepted(group: Group, lent: Readonly<Record<string, unknown>>): (data: unknown) => boolean {
  // Where the suite says nothing of asserting them, formats are annotations.
  const formats = group.file === 'format.json' ? 'annotate' : 'assert';
  try {
    const grammar = compileSchema(group.schema, {
      order: 'any',
      whitespace: 'flexible',
      documents: lent,
      formats,
    });
    return (data) => {
      const matcher = createMatcher(grammar, VOCABULARY);
      return (
        new TextEncoder().encode(JSON.stringify(data)).every((byte) => matcher.accept(byte)) &&
        matcher.complete
      );
    };
  } catch (error) {
    if (error instanceof GrammarError && error.code === 'schema_unsatisfiable') return () => false;
    throw error;
  }
}

describe.skipIf(!PRESENT)('JSON Schema Test Suite, required (skipped without ../shared)', () => {
  it.each(['draft2020-12', 'draft7'])('%s', (draft) => {
    const lent = JSON.parse(unzip('remotes.json.gz')) as Record<string, unknown>;
    const misses: string[] = [];
    for (const line of unzip(`${draft}.jsonl.gz`).trim().split('\n')) {
      const group = JSON.parse(line) as Group;
      if (group.file.startsWith('optional/')) continue;
      const { schema } = group;
      const dated =
        draft === 'draft7' && typeof schema === 'object'
          ? { $schema: 'http://json-schema.org/draft-07/schema#', ...schema }
          : schema;
      const accepts = accepted({ ...group, schema: dated }, lent);
      for (const test of group.tests) {
        const name = `${group.file}: ${group.description}: ${test.description}`;
        if (accepts(test.data) !== test.valid) misses.push(name);
      }
    }
    expect(misses).toEqual([]);
  });
});
