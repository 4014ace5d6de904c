import { formats } from './formats.ts';
import { type Place, placeInside, placeUnder } from './keywords.ts';
import { pointerTo } from './pointer.ts';
import type { JsonSchema } from './types.ts';

const KNOWN = new Set<string>(Object.keys(formats));

/** JSON Pointers of the `format`s that the validator does not know and therefore takes as annotations. */
export function unknownFormats(schema: JsonSchema): readonly string[] {
  const found: string[] = [];
  visit(schema, 'schema', '');
  return found;

  function visit(value: unknown, place: Place, pointer: string): void {
    if (place === 'data' || typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const at = pointerTo(pointer, key);
      if (place === 'schema' && key === 'format' && typeof child === 'string' && !KNOWN.has(child))
        found.push(at);
      visit(child, place === 'schema' ? placeUnder(key, child) : placeInside(place, child), at);
    }
  }
}
