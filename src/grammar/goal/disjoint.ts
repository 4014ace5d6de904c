import { equal, typeOf } from '../schema/evaluate.ts';
import { ALL_TYPES, type SchemaNode } from '../schema/node.ts';

/** What a schema certainly demands, seen without multiplying anything out. */
interface Outline {
  types: number;
  values: readonly unknown[] | undefined;
  readonly required: Set<string>;
  readonly properties: Map<string, SchemaNode[]>;
  closed: readonly SchemaNode[];
}

/** No value satisfies both; false where that cannot be seen. */
export function disjoint(a: SchemaNode, b: SchemaNode): boolean {
  return apart(outline([a], 0), outline([b], 0), 0);
}

function apart(a: Outline, b: Outline, depth: number): boolean {
  if ((a.types & b.types) === 0) return true;
  if (a.values !== undefined && b.values !== undefined)
    return !a.values.some((value) => b.values!.some((other) => equal(value, other)));
  const common = a.types & b.types;
  if (common !== 16 || depth > 2) return false;
  for (const name of a.required) {
    if (lacks(b, name)) return true;
    const [mine, theirs] = [a.properties.get(name), b.properties.get(name)];
    if (mine === undefined || theirs === undefined) continue;
    if (apart(outline(mine, 0), outline(theirs, 0), depth + 1)) return true;
  }
  for (const name of b.required) {
    if (lacks(a, name)) return true;
    const [mine, theirs] = [a.properties.get(name), b.properties.get(name)];
    if (a.required.has(name) || mine === undefined || theirs === undefined) continue;
    if (apart(outline(mine, 0), outline(theirs, 0), depth + 1)) return true;
  }
  return false;
}

/** A closed object without the property. */
function lacks(outline: Outline, name: string): boolean {
  return outline.closed.some(
    (node) => node.properties?.has(name) !== true && node.patternProperties === undefined,
  );
}

function outline(nodes: readonly SchemaNode[], depth: number): Outline {
  const out: Outline = {
    types: ALL_TYPES,
    values: undefined,
    required: new Set(),
    properties: new Map(),
    closed: [],
  };
  const visit = (node: SchemaNode, level: number): void => {
    if (level > 8) return;
    if (node.never === true) out.types = 0;
    if (node.types !== undefined) out.types &= node.types;
    if (node.values !== undefined) {
      out.values = node.values;
      out.types &= node.values.reduce<number>((types, value) => types | typeOf(value), 0);
    }
    for (const name of node.required ?? []) out.required.add(name);
    for (const [name, inner] of node.properties ?? [])
      out.properties.set(name, [...(out.properties.get(name) ?? []), inner]);
    if (node.additionalProperties?.never === true) out.closed = [...out.closed, node];
    if (node.ref !== undefined) visit(node.ref(), level + 1);
    for (const inner of node.allOf ?? []) visit(inner, level + 1);
  };
  for (const node of nodes) visit(node, depth);
  return out;
}
