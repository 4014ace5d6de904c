import type { JsonSchema } from '../src/schema/types.ts';

/**
 * A schema as node-llama-cpp's grammar takes it, for a given answer. That grammar writes every property of an object,
 * so only those that the answer has are left: to its advantage, since it need not decide. It knows `oneOf` and not
 * `anyOf`; what else it does not know (`pattern`, `minimum`, other formats) it passes over.
 */
export function schemaOfAnswer(schema: JsonSchema, answer: unknown): unknown {
  if (typeof schema === 'boolean') return {};
  const { properties, items, anyOf, ...rest } = schema as Record<string, unknown> & {
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
    anyOf?: JsonSchema[];
  };
  if (properties) {
    const has = Object.entries((answer ?? {}) as Record<string, unknown>);
    const kept = has.map(([name, value]) => [name, schemaOfAnswer(properties[name]!, value)] as const);
    return { type: 'object', properties: Object.fromEntries(kept), additionalProperties: false };
  }
  if (items) return { ...rest, items: schemaOfAnswer(items, Array.isArray(answer) ? answer[0] : undefined) };
  if (anyOf) return { oneOf: anyOf.map((member) => withAllProperties(member)) };
  return rest;
}

/** Every alternative as it stands: each has the properties it requires and no other. */
function withAllProperties(schema: JsonSchema): unknown {
  return JSON.parse(JSON.stringify(schema));
}
