import { TenonError } from '../errors.ts';
import { holesIn, onlyHole } from './url-template.ts';

const DEEPEST = 32;

/** The arguments a body template names. Throws `upstream_invalid` for a hole inside a longer text. */
export function checkBodyTemplate(template: unknown): readonly string[] {
  const names: string[] = [];
  visit(template, '/upstream/body', 0);
  return names;

  function visit(value: unknown, pointer: string, depth: number): void {
    if (depth > DEEPEST) throw invalid(`nested more than ${DEEPEST} levels deep`, pointer);
    if (typeof value === 'string') {
      const only = onlyHole(value);
      if (only !== null) names.push(only);
      else if (holesIn(value).length > 0) {
        throw invalid('an {argument} must be the whole of its string, since it keeps its type', pointer);
      }
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) visit(item, `${pointer}/${i}`, depth + 1);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) {
        if (key === '__proto__') throw invalid('a member may not be called __proto__', pointer);
        visit(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
      }
    }
  }
}

/** The template with its holes filled; undefined where it is one hole whose argument is absent. */
export function fillBody(template: unknown, args: Readonly<Record<string, unknown>>): unknown {
  if (typeof template === 'string') {
    const name = onlyHole(template);
    if (name === null) return template;
    return Object.hasOwn(args, name) ? args[name] : undefined;
  }
  if (Array.isArray(template)) {
    return template.map((item) => fillBody(item, args)).filter((item) => item !== undefined);
  }
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template)
      .map(([key, child]) => [key, fillBody(child, args)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function invalid(reason: string, pointer: string): TenonError {
  return new TenonError('upstream_invalid', { reason: `body: ${reason}` }, { param: pointer });
}
