import type { ValidateFunction } from 'ajv';
import { workerData } from 'piscina';
import { TenonError } from '../errors.ts';
import { fromGrammarError } from '../grammar-error.ts';
import { compileValidator, probeValidator } from './compile-schema.ts';
import { type Outcome, toOutcome } from './failure.ts';
import { toIssues } from './issues.ts';
import { Recognizers } from './recognizers.ts';
import type { JsonSchema, ValidationResult } from './types.ts';

/** What a thread is given as it starts. */
export interface ValidationThread {
  /** GBNF texts by the name that `x-grammar` calls them. */
  readonly grammars: Readonly<Record<string, string>>;
}

export interface CheckTask {
  readonly schema: string;
}

export interface ValidationTask {
  /** Digest of the schema: the key of the compiled validator. */
  readonly digest: string;
  /** Schema and value travel as JSON text: cheaper to copy than objects, and nothing but JSON. */
  readonly schema: string;
  readonly value: string;
}

/** A compiled validator is some 100 KB of code and closures. */
const MOST_COMPILED = 256;
const recognizers = new Recognizers((workerData as ValidationThread).grammars);
const compiled = new Map<string, ValidateFunction>();

export function check(task: CheckTask): Outcome<null> {
  return toOutcome(() => {
    probeValidator(compileValidator(JSON.parse(task.schema) as JsonSchema, recognizers));
    return null;
  });
}

export function validate(task: ValidationTask): Outcome<ValidationResult> {
  return toOutcome(() => {
    const run = validatorOf(task);
    try {
      if (run(JSON.parse(task.value))) return { valid: true, errors: [] };
    } catch (error) {
      if (!(error instanceof RangeError)) throw fromGrammarError(error) ?? error;
      throw new TenonError(
        'schema_invalid',
        { reason: 'a $ref leads back to itself without an end' },
        { param: '' },
      );
    }
    return { valid: false, errors: toIssues(run.errors ?? []) };
  });
}

function validatorOf(task: ValidationTask): ValidateFunction {
  const known = compiled.get(task.digest);
  compiled.delete(task.digest);
  const run = known ?? compileValidator(JSON.parse(task.schema) as JsonSchema, recognizers);
  compiled.set(task.digest, run);
  const oldest = compiled.keys().next().value;
  if (compiled.size > MOST_COMPILED && oldest !== undefined) compiled.delete(oldest);
  return run;
}
