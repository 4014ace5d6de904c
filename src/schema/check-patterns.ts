import { TenonError } from '../errors.ts';
import { type Place, placeInside, placeUnder } from './keywords.ts';
import { linearRegExp } from './patterns/linear-regexp.ts';
import { pointerTo } from './pointer.ts';
import type { JsonSchema } from './types.ts';

/** Compiles every pattern once, so that the one that cannot be run is named by its JSON Pointer. */
export function checkPatterns(schema: JsonSchema): void {
  visit(schema, 'schema', '');
}

function visit(value: unknown, place: Place, pointer: string): void {
  if (place === 'data' || typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const at = pointerTo(pointer, key);
    if (place === 'schema' && key === 'pattern' && typeof child === 'string') check(child, at);
    if (place === 'map' && pointer.endsWith('/patternProperties')) check(key, at);
    visit(child, place === 'schema' ? placeUnder(key, child) : placeInside(place, child), at);
  }
}

function check(pattern: string, pointer: string): void {
  try {
    linearRegExp(pattern);
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    throw new TenonError(error.code, error.values, { param: pointer });
  }
}
