/**
 * What a schema from outside may cost before anything compiles it. Ajv takes schemas as trusted code: a
 * 100,000-value enum compiles for 57 s, 2,000 properties for 1.9 s, and 5,000 properties or 800 levels
 * overflow its stack. The defaults leave real schemas (Kubernetes, FHIR) room and keep Ajv under a second.
 */
export interface SchemaLimits {
  /** UTF-8 bytes of the schema as JSON. */
  readonly bytes: number;
  /** Levels of nested objects and arrays. */
  readonly depth: number;
  /** JSON values, keys not counted. */
  readonly nodes: number;
  /** Values of one `enum`. */
  readonly enumValues: number;
  /** Members of one `properties`, `patternProperties`, `$defs`… */
  readonly properties: number;
  /** UTF-16 units of one `pattern`. */
  readonly patternLength: number;
}

export const SCHEMA_LIMITS: SchemaLimits = {
  bytes: 256 * 1024,
  depth: 64,
  nodes: 20_000,
  enumValues: 5_000,
  properties: 1_000,
  patternLength: 1_000,
};

/** What a value from outside may be before a validator sees it: 20,000 levels overflow every validator. */
export interface InstanceLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly nodes: number;
}

export const INSTANCE_LIMITS: InstanceLimits = { bytes: 1024 * 1024, depth: 100, nodes: 100_000 };
