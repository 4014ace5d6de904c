import type { Issue } from '../errors.ts';

/** A JSON Schema (2020-12) from outside: untrusted until `boundSchema` has seen it. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

export interface ValidationResult {
  readonly valid: boolean;
  /** Empty when valid. */
  readonly errors: readonly Issue[];
}

/** Ajv 2020-12 with formats, in a worker with bounded memory and time. */
export interface Validator {
  /** Throws `schema_invalid` where Ajv cannot compile the schema, `schema_too_complex` where it takes too long. */
  check(schema: JsonSchema): Promise<void>;
  /** Throws `validation_timeout` when the worker had to be stopped, `instance_too_deep` for hostile data. */
  validate(schema: JsonSchema, value: unknown): Promise<ValidationResult>;
  close(): Promise<void>;
}
