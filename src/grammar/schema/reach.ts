import type { Documents } from './documents.ts';
import type { SchemaNode } from './node.ts';

/** Every subschema that validation can come to, its references followed: a reference that leads nowhere is an error here. */
export function reachable(documents: Documents): readonly SchemaNode[] {
  const found = new Set<SchemaNode>([documents.root]);
  for (const node of found) {
    for (const inner of inners(node)) found.add(inner);
    if (node.dynamicRef === undefined || node.dynamicRef.anchor === undefined) continue;
    for (const target of documents.dynamicTargets(node.dynamicRef.anchor)) found.add(target);
  }
  return [...found];
}

function inners(node: SchemaNode): readonly SchemaNode[] {
  const single = [
    node.ref?.(),
    node.dynamicRef?.target(),
    node.additionalProperties,
    node.propertyNames,
    node.unevaluatedProperties,
    node.items,
    node.contains,
    node.unevaluatedItems,
    node.not,
    node.if,
    node.then,
    node.else,
  ];
  return [
    ...single.filter((inner) => inner !== undefined),
    ...(node.properties?.values() ?? []),
    ...(node.patternProperties?.map(({ node: inner }) => inner) ?? []),
    ...(node.dependentSchemas?.values() ?? []),
    ...(node.prefixItems ?? []),
    ...(node.allOf ?? []),
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
  ];
}
