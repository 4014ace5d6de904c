import { TenonError } from '../errors.ts';
import { type Place, placeInside, placeUnder } from './keywords.ts';
import { pointerTo } from './pointer.ts';
import type { Recognizers } from './recognizers.ts';
import type { JsonSchema } from './types.ts';

/** Every `x-grammar` must name a grammar that is there. Throws `grammar_unknown`, `schema_invalid` with the place. */
export function checkGrammars(schema: JsonSchema, recognizers: Recognizers): void {
  visit(schema, 'schema', '');

  function visit(value: unknown, place: Place, pointer: string): void {
    if (place === 'data' || typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      const at = pointerTo(pointer, key);
      if (place === 'schema' && key === 'x-grammar') check(child, at);
      visit(child, place === 'schema' ? placeUnder(key, child) : placeInside(place, child), at);
    }
  }

  function check(name: unknown, at: string): void {
    if (typeof name !== 'string')
      throw new TenonError(
        'schema_invalid',
        { reason: `${at} must be the name of a grammar` },
        { param: at, details: [{ pointer: at, keyword: 'x-grammar', message: 'must be a string' }] },
      );
    if (recognizers.has(name)) return;
    const known = recognizers.names.join(', ') || 'none';
    const message = known === 'none' ? 'must name a grammar, and there is none' : `must be one of ${known}`;
    throw new TenonError(
      'grammar_unknown',
      { name: name.slice(0, 100), known },
      { param: at, details: [{ pointer: at, keyword: 'x-grammar', message }] },
    );
  }
}
