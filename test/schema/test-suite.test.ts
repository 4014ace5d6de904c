import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../src/schema/compile-schema.ts';
import { boundSchema, type JsonSchema } from '../../src/schema/index.ts';
import { Recognizers } from '../../src/schema/recognizers.ts';

const FOLDER = new URL('../../../shared/data/json-schema-test-suite/', import.meta.url);

interface Group {
  readonly file: string;
  readonly description: string;
  readonly schema: JsonSchema;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** What we refuse on purpose: `__proto__` as a name, meta-schemas by reference, dialects of one's own. */
const REFUSED = [
  'properties whose names are Javascript object property names',
  'validate definition against metaschema',
  'remote ref, containing refs itself',
  'schema that uses custom metaschema with with no validation vocabulary',
  'ignore unrecognized optional vocabulary',
  'schema that uses custom metaschema with format-assertion: false',
  'schema that uses custom metaschema with format-assertion: true',
];

function judge(compile: () => (data: unknown) => unknown, group: Group): readonly boolean[] {
  try {
    const validate = compile();
    return group.tests.map(({ data, valid }) => validate(data) === valid);
  } catch {
    return group.tests.map(() => false);
  }
}

// The JSON Schema Test Suite is not part of the repository: put it into ../shared/data to run these.
describe.skipIf(!existsSync(FOLDER))('the JSON Schema Test Suite', () => {
  it.each([
    ['draft2020-12', undefined, Ajv2020],
    ['draft7', 'http://json-schema.org/draft-07/schema#', Ajv],
  ] as const)(
    '%s: bounds, linear patterns and own properties cost nothing that is meant',
    (draft, $schema, Plain) => {
      const text = gunzipSync(readFileSync(new URL(`${draft}.jsonl.gz`, FOLDER))).toString();
      const groups = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Group);
      const worse: string[] = [];
      let right = 0;
      for (const group of groups) {
        // Formats are asserted here, those that Ajv does not know included.
        if (group.file === 'format.json') continue;
        const schema =
          $schema && typeof group.schema === 'object' ? { $schema, ...group.schema } : group.schema;
        const ours = judge(() => compileValidator(boundSchema(schema), new Recognizers({})), group);
        const plain = judge(
          () =>
            new Plain({
              strict: false,
              logger: false,
              validateSchema: false,
              formats: { ...fullFormats },
            }).compile(schema as object),
          group,
        );
        right += ours.filter(Boolean).length;
        if (ours.some((ok, i) => !ok && plain[i]) && !REFUSED.includes(group.description))
          worse.push(`${group.file}: ${group.description}`);
      }
      expect(worse).toEqual([]);
      expect(right).toBeGreaterThan(1_500);
    },
  );
});
