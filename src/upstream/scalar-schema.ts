const SCALARS = new Set(['string', 'number', 'integer', 'boolean']);

/**
 * Whether every value that fits the schema is a text, a number or a boolean: what can stand in a path. Looks
 * through local references and alternatives; says no where it cannot tell.
 */
export function isScalarSchema(schema: unknown, root: unknown, depth = 0): boolean {
  if (typeof schema !== 'object' || schema === null || depth > 16) return false;
  const { type, const: constant, $ref, allOf } = schema as Readonly<Record<string, unknown>>;
  if (type !== undefined) return [type].flat().every((name) => SCALARS.has(String(name)));
  if (constant !== undefined) return isScalar(constant);
  const { enum: values, anyOf, oneOf } = schema as Readonly<Record<string, unknown>>;
  if (Array.isArray(values)) return values.every(isScalar);
  if (typeof $ref === 'string') return isScalarSchema(lookUp($ref, root), root, depth + 1);
  if (Array.isArray(allOf)) return allOf.some((part) => isScalarSchema(part, root, depth + 1));
  const alternatives = anyOf ?? oneOf;
  return Array.isArray(alternatives) && alternatives.every((part) => isScalarSchema(part, root, depth + 1));
}

export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function lookUp(ref: string, root: unknown): unknown {
  if (!ref.startsWith('#/')) return undefined;
  let at: unknown = root;
  for (const step of ref.slice(2).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}
