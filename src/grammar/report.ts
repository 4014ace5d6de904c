import type { SchemaNode } from './schema/node.ts';
import type { Grammar, Site } from './types.ts';

const CHECKED = [
  'not',
  'oneOf',
  'uniqueItems',
  'contains',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
] as const;

/** Which keywords are judged when a value closes. */
export function reportOf(nodes: readonly SchemaNode[]): Grammar['report'] {
  const checked: Site[] = [];
  for (const node of nodes) {
    if (node.checkedPattern !== undefined) checked.push({ keyword: 'pattern', pointer: node.pointer });
    for (const keyword of CHECKED)
      if (node[keyword] !== undefined) checked.push({ keyword, pointer: node.pointer });
  }
  return { checked, unenforced: [] };
}
