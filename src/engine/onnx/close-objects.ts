import type { JsonSchema } from '../../schema/types.ts';

type SchemaObject = Exclude<JsonSchema, boolean>;

/** With any of these, members may be meant that `properties` does not name. */
const OPEN = [
  '$ref',
  '$dynamicRef',
  'additionalProperties',
  'allOf',
  'anyOf',
  'dependentSchemas',
  'else',
  'if',
  'minProperties',
  'oneOf',
  'patternProperties',
  'propertyNames',
  'then',
  'unevaluatedProperties',
];

/**
 * A schema without `additionalProperties` allows members it does not name. A model is asked for those it names,
 * and invents none: every object that lists its properties is closed, where nothing else could be meant. What
 * fits the result fits the schema.
 */
export function closeObjects(schema: JsonSchema): JsonSchema {
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, items, required } = schema;
  const out: Record<string, unknown> = { ...schema };
  if (isObject(items)) out.items = closeObjects(items);
  if (!isObject(properties)) return out;
  out.properties = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, closeObjects(property as JsonSchema)]),
  );
  const listed =
    !Array.isArray(required) || required.every((name) => Object.hasOwn(properties, String(name)));
  if (listed && !OPEN.some((keyword) => Object.hasOwn(schema, keyword))) out.additionalProperties = false;
  return out;
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
