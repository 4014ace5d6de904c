import { _, Ajv, type FuncKeywordDefinition, type Options, str } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import draft06 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import ajvDraft04 from 'ajv-draft-04';
import { isMultiple } from '../grammar/index.ts';
import type { Dialect } from './dialect.ts';
import { formats } from './formats.ts';
import { linearRegExp } from './patterns/linear-regexp.ts';

/** What Ajv's classes for the dialects share. */
type AnyAjv = Pick<Ajv, 'compile' | 'getSchema' | 'addKeyword' | 'addMetaSchema' | 'removeKeyword'>;

/** Draft-07 only adds to draft-06. */
const CLASSES = {
  '2020-12': Ajv2020,
  '2019-09': Ajv2019,
  'draft-07': Ajv,
  'draft-06': Ajv,
  'draft-04': ajvDraft04.default,
} as const satisfies Record<Dialect, unknown>;

const multipleOf: FuncKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  compile: (step: number) => (value: number) => isMultiple(value, step),
  error: {
    message: ({ schemaCode }) => str`must be a multiple of ${schemaCode}`,
    params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}`,
  },
};

/**
 * Ajv for one schema from outside. Strict mode is off because OpenAPI documents carry keywords of their own;
 * own properties only, so that a property called `constructor` is one like any other; every error, because a
 * reviewer mends them together.
 */
export function createAjv(dialect: Dialect, options: Options = {}): AnyAjv {
  const ajv: AnyAjv = new CLASSES[dialect]({
    strict: false,
    logger: false,
    allErrors: true,
    ownProperties: true,
    validateSchema: false,
    formats,
    code: { regExp: Object.assign((pattern: string) => linearRegExp(pattern), { code: 'linearRegExp' }) },
    ...options,
  });
  // Ajv divides doubles, where 9.95 / 0.01 is no integer. The grammar's rule is exact on decimals: they must agree.
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword(multipleOf);
  if (dialect === 'draft-06') ajv.addMetaSchema(draft06);
  // After draft-04 `id` is a keyword that nobody defines; Ajv would refuse it.
  if (dialect !== 'draft-04') ajv.removeKeyword('id');
  return ajv;
}
