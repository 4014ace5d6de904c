import type { ValidateFunction } from 'ajv';
import type { Issue } from '../errors.ts';
import { createAjv } from './ajv.ts';
import { type Dialect, META_SCHEMAS } from './dialect.ts';
import { formats } from './formats.ts';
import { toIssues } from './issues.ts';
import type { JsonSchema } from './types.ts';

const compiled = new Map<Dialect, ValidateFunction>();

/** What the dialect's own meta-schema says against the schema; pointers are into the schema. */
export function metaSchemaIssues(schema: JsonSchema, dialect: Dialect): readonly Issue[] {
  let validate = compiled.get(dialect);
  if (validate === undefined) {
    // Patterns get a check of their own, which also takes the looser syntax.
    const ajv = createAjv(dialect, { formats: { ...formats, regex: true } });
    validate = ajv.getSchema(META_SCHEMAS[dialect])!;
    compiled.set(dialect, validate);
  }
  return validate(schema) ? [] : toIssues(validate.errors ?? []);
}
