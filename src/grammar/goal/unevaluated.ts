import type { Documents } from '../schema/documents.ts';
import { type SchemaNode, TYPE } from '../schema/node.ts';
import type { Alternatives, Denials } from './deny.ts';

/** More ways than this in which subschemas may hold or not, and the value is judged when it closes. */
const MOST = 32;

/** One way in which the subschemas in place of a node hold or not, and what they then look at. */
interface Outcome {
  readonly holds: readonly SchemaNode[];
  readonly looks: readonly SchemaNode[];
}

/**
 * `unevaluatedProperties` and `unevaluatedItems` as `additionalProperties` and `items`: once it is decided which of
 * the subschemas in place hold, it is known what they look at. Undefined where that would be too many ways.
 */
export class Unevaluated {
  private readonly documents: Documents;
  private readonly denials: Denials;

  constructor(documents: Documents, denials: Denials) {
    this.documents = documents;
    this.denials = denials;
  }

  alternatives(node: SchemaNode): Alternatives | undefined {
    const outcomes = this.outcomes(node, 0);
    return outcomes?.map(({ holds, looks }) => [...holds, ...this.rest(node, looks)]);
  }

  /** What holds for the properties and items that nobody looked at. */
  private rest(node: SchemaNode, looks: readonly SchemaNode[]): readonly SchemaNode[] {
    const any = this.part(node, {});
    const fields: { -readonly [Key in keyof SchemaNode]?: SchemaNode[Key] } = {};
    const others = looks.filter((inner) => inner !== node);
    const all = (keyword: 'Properties' | 'Items'): boolean =>
      others.some((inner) => inner[`unevaluated${keyword}`] !== undefined);
    if (
      node.unevaluatedProperties !== undefined &&
      !all('Properties') &&
      !looks.some((inner) => inner.additionalProperties !== undefined)
    ) {
      fields.properties = new Map(
        looks.flatMap((inner) => [...(inner.properties?.keys() ?? [])].map((name) => [name, any])),
      );
      fields.patternProperties = looks.flatMap((inner) =>
        (inner.patternProperties ?? []).map(({ source }) => ({ source, node: any })),
      );
      fields.additionalProperties = node.unevaluatedProperties;
    }
    if (
      node.unevaluatedItems !== undefined &&
      !all('Items') &&
      !looks.some((inner) => inner.items !== undefined)
    ) {
      const length = Math.max(0, ...looks.map((inner) => inner.prefixItems?.length ?? 0));
      const contained = looks.flatMap((inner) =>
        inner.contains !== undefined && inner.resource.dialect >= 2020 ? [inner.contains] : [],
      );
      fields.prefixItems = Array.from({ length }, () => any);
      fields.items =
        contained.length === 0
          ? node.unevaluatedItems
          : this.part(node, { anyOf: [...contained, node.unevaluatedItems] });
    }
    return Object.keys(fields).length === 0 ? [] : [this.part(node, fields)];
  }

  /** The ways in which a node that holds looks at the value. */
  private outcomes(node: SchemaNode, depth: number): readonly Outcome[] | undefined {
    if (depth > 12 || node.dynamicRef !== undefined) return undefined;
    let ways: readonly Outcome[] | undefined = [{ holds: [], looks: [node] }];
    const both = (others: readonly Outcome[] | undefined): void => {
      ways = ways === undefined || others === undefined ? undefined : product(ways, others);
    };
    const inside = (inner: SchemaNode): readonly Outcome[] | undefined =>
      with_(inner, this.outcomes(inner, depth + 1));
    const no = (inner: SchemaNode): Outcome => ({ holds: [this.denials.opposite(inner)], looks: [] });
    if (node.ref !== undefined) both(this.outcomes(node.ref(), depth + 1));
    for (const inner of node.allOf ?? []) both(this.outcomes(inner, depth + 1));
    if (node.anyOf?.some((inner) => looksIn(inner)) === true)
      for (const inner of node.anyOf) if (looksIn(inner)) both(union(inside(inner), [no(inner)]));
    if (node.oneOf?.some((inner) => looksIn(inner)) === true) both(node.oneOf.map(inside).reduce(union, []));
    if (node.if !== undefined) {
      const yes = inside(node.if);
      const then = node.then === undefined ? NOTHING : this.outcomes(node.then, depth + 1);
      const other = node.else === undefined ? NOTHING : this.outcomes(node.else, depth + 1);
      both(
        yes === undefined || then === undefined || other === undefined
          ? undefined
          : union(product(yes, then), product([no(node.if)], other)),
      );
    }
    for (const [name, inner] of node.dependentSchemas ?? []) {
      const held = this.outcomes(inner, depth + 1);
      const never = this.part(node, { never: true });
      const absent = this.part(node, { properties: new Map([[name, never]]) });
      const present = this.part(node, { types: TYPE.object, required: [name] });
      both(held === undefined ? undefined : union(with_(present, held), [{ holds: [absent], looks: [] }]));
    }
    return ways;
  }

  private part(node: SchemaNode, fields: Partial<SchemaNode>): SchemaNode {
    return this.documents.synthetic({ pointer: node.pointer, resource: node.resource, ...fields });
  }
}

const NOTHING: readonly Outcome[] = [{ holds: [], looks: [] }];

function product(a: readonly Outcome[], b: readonly Outcome[]): readonly Outcome[] | undefined {
  if (a.length * b.length > MOST) return undefined;
  return a.flatMap((one) =>
    b.map((two) => ({ holds: [...one.holds, ...two.holds], looks: [...one.looks, ...two.looks] })),
  );
}

function union(
  a: readonly Outcome[] | undefined,
  b: readonly Outcome[] | undefined,
): readonly Outcome[] | undefined {
  return a === undefined || b === undefined || a.length + b.length > MOST ? undefined : [...a, ...b];
}

function with_(node: SchemaNode, ways: readonly Outcome[] | undefined): readonly Outcome[] | undefined {
  return ways?.map(({ holds, looks }) => ({ holds: [node, ...holds], looks }));
}

/** Whether a subschema that holds may look at properties or items. */
function looksIn(node: SchemaNode): boolean {
  return (
    node.ref !== undefined ||
    node.dynamicRef !== undefined ||
    [
      'properties',
      'patternProperties',
      'additionalProperties',
      'unevaluatedProperties',
      'prefixItems',
      'items',
      'contains',
      'unevaluatedItems',
      'allOf',
      'anyOf',
      'oneOf',
      'if',
      'dependentSchemas',
    ].some((keyword) => node[keyword as keyof SchemaNode] !== undefined)
  );
}
