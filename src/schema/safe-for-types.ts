import { type Place, placeInside, placeUnder } from './keywords.ts';
import type { JsonSchema } from './types.ts';

/** Keywords by which a schema could write TypeScript of its own into the output. */
const CODE = new Set(['tsType', 'tsEnumNames']);
/** Longer tuples are printed as arrays: the generator writes `minItems` out, element by element. */
const LONGEST_TUPLE = 8;
/** What the outermost type is called is ours to say. */
const NAMES = new Set(['title', '$id', 'id']);

/**
 * The schema without what would let its author write code into the generated file: the generator's own
 * escape hatches, and texts that end a comment; and without the lengths that would make the file endless.
 */
export function safeForTypes(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  const unnamed = Object.fromEntries(Object.entries(schema).filter(([keyword]) => !NAMES.has(keyword)));
  return copy(unnamed, 'schema') as JsonSchema;
}

function copy(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return value.replaceAll('*/', '* /');
  if (typeof value !== 'object' || value === null) return value;
  const inside = (key: string, child: unknown): Place =>
    place === 'schema' ? placeUnder(key, child) : placeInside(place, child);
  if (Array.isArray(value))
    return value.map((child) => copy(child, place === 'schema' ? 'data' : placeInside(place, child)));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => !(place === 'schema' && (CODE.has(key) || isLongTuple(key, child))))
      // Values that the instance must equal keep their text; they are printed as string literals.
      .map(([key, child]) => [
        key,
        place === 'schema' && (key === 'enum' || key === 'const') ? child : copy(child, inside(key, child)),
      ]),
  );
}

function isLongTuple(keyword: string, value: unknown): boolean {
  return keyword === 'minItems' && typeof value === 'number' && value > LONGEST_TUPLE;
}
