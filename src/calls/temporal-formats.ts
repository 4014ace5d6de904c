import type { JsonSchema } from '../schema/types.ts';

export type TemporalFormat = 'date' | 'time' | 'date-time';

/** Their values are data, not schemas: a `format` inside them says nothing. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** Their members are named by the author: a property may be called `enum`. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

const cache = new WeakMap<object, ReadonlySet<TemporalFormat>>();

/** The date and time formats that stand anywhere in a schema, behind `$defs` too. */
export function temporalFormats(schema: JsonSchema): ReadonlySet<TemporalFormat> {
  if (typeof schema === 'boolean') return new Set();
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const found = new Set<TemporalFormat>();
  const waiting: unknown[] = [schema];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (Array.isArray(node)) waiting.push(...node);
    else if (typeof node === 'object' && node !== null) visit(node, found, waiting);
  }
  cache.set(schema, found);
  return found;
}

function visit(node: object, found: Set<TemporalFormat>, waiting: unknown[]): void {
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === 'format' && isTemporal(value)) found.add(value);
    else if (NAMED.has(keyword) && typeof value === 'object' && value !== null)
      waiting.push(...Object.values(value));
    else if (!DATA.has(keyword)) waiting.push(value);
  }
}

function isTemporal(value: unknown): value is TemporalFormat {
  return value === 'date' || value === 'time' || value === 'date-time';
}
