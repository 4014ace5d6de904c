// JSON Schema as untrusted data: what a schema or a value may cost before anything compiles it, Ajv behind a
// wall of worker threads with bounded memory and time, patterns that run in linear time, and TypeScript types.
//
//     const schema = boundSchema(fromOutside);            // or a coded error with a JSON Pointer
//     const validator = createValidator();
//     await validator.validate(schema, { city: 'Oslo' }); // { valid: true, errors: [] }
export { boundInstance } from './bound-instance.ts';
export { boundSchema } from './bound-schema.ts';
export { canonicalJson, digest } from './canonical-json.ts';
export { type Failure, fromOutcome, type Outcome, toOutcome } from './failure.ts';
export { INSTANCE_LIMITS, type InstanceLimits, SCHEMA_LIMITS, type SchemaLimits } from './limits.ts';
export { pointerTo } from './pointer.ts';
export { schemaToTypes } from './schema-to-types.ts';
export type { JsonSchema, ValidationResult, Validator } from './types.ts';
export { unknownFormats } from './unknown-formats.ts';
export { createValidator, type ValidatorOptions } from './validator.ts';
export { createWorkerPool, type WorkerPool, type WorkerPoolOptions, WorkerStopped } from './worker-pool.ts';
