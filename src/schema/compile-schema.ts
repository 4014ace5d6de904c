import type { ValidateFunction } from 'ajv';
import { TenonError } from '../errors.ts';
import { createAjv } from './ajv.ts';
import { checkGrammars } from './check-grammars.ts';
import { checkPatterns } from './check-patterns.ts';
import { dialectOf } from './dialect.ts';
import { grammarKeyword } from './grammar-keyword.ts';
import { metaSchemaIssues } from './meta-schema.ts';
import type { Recognizers } from './recognizers.ts';
import type { JsonSchema } from './types.ts';

/**
 * Compiles a bounded schema. To be called in a worker only: time and memory are bounded by its end.
 * Throws `schema_invalid`, `schema_pattern_unsupported`, `schema_too_complex`, `grammar_unknown`.
 */
export function compileValidator(schema: JsonSchema, recognizers: Recognizers): ValidateFunction {
  const dialect = dialectOf(schema);
  const issues = metaSchemaIssues(schema, dialect);
  const first = issues[0];
  if (first !== undefined) {
    const reason = `${first.pointer || 'the schema'} ${first.message}`;
    throw new TenonError('schema_invalid', { reason }, { param: first.pointer, details: issues });
  }
  checkPatterns(schema);
  checkGrammars(schema, recognizers);
  try {
    const ajv = createAjv(dialect);
    ajv.addKeyword(grammarKeyword(recognizers));
    return ajv.compile(schema as object | boolean);
  } catch (error) {
    if (error instanceof TenonError) throw error;
    if (error instanceof RangeError) {
      throw new TenonError('schema_too_complex', { limit: 'the stack of the compiler', stage: 'validator' });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new TenonError('schema_invalid', { reason }, { param: '' });
  }
}

/**
 * Runs the validator on small values, which is how a schema that refers to itself without end, or takes
 * exponential time, is found at registration instead of at the first call.
 */
export function probeValidator(validate: ValidateFunction): void {
  try {
    for (const value of [null, true, 0, '', [], {}, [{}], { a: {} }]) validate(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TenonError(
      'schema_invalid',
      { reason: 'a $ref leads back to itself without an end' },
      { param: '' },
    );
  }
}
