/** Where subschemas stand, in 2020-12, 2019-09 and draft-07 together. Everything else under a schema is data. */
const HOLDS_SCHEMA = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const HOLDS_LIST = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']);
const HOLDS_MAP = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

/** What stands at a place of a schema: a schema, names with schemas, a list of schemas, or plain data. */
export type Place = 'schema' | 'map' | 'list' | 'data';

/** What stands under `keyword` of a schema, given its value. */
export function placeUnder(keyword: string, value: unknown): Place {
  if (HOLDS_MAP.has(keyword)) return 'map';
  if (Array.isArray(value)) return HOLDS_LIST.has(keyword) ? 'list' : 'data';
  return HOLDS_SCHEMA.has(keyword) ? 'schema' : 'data';
}

/** What stands one level under a place that is not a schema. */
export function placeInside(place: Exclude<Place, 'schema'>, value: unknown): Place {
  if (place === 'data') return 'data';
  // draft-07 dependencies: a name may map to a list of names.
  return Array.isArray(value) ? 'data' : 'schema';
}
