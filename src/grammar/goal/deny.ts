import { formatKind, formatMaxLength, formatPart } from '../formats/formats.ts';
import { ANY_NUMBER, type NumberRule } from '../number/number-rule.ts';
import type { Documents } from '../schema/documents.ts';
import { ALL_TYPES, type SchemaNode, TYPE } from '../schema/node.ts';

type Fields = Partial<SchemaNode>;
/** Alternatives of which one must hold: each a list of subschemas. */
export type Alternatives = readonly (readonly SchemaNode[])[];

/**
 * What a schema denies, said positively: `not` in negation normal form. Each keyword has an opposite, and a value
 * fails the schema if one of the opposites holds; those of different types share an alternative, since a keyword
 * says nothing of other types' values. Only `uniqueItems`, checked formats, named grammars and what depends on the
 * way down have no opposite; they stay `opaque` and are judged when the value closes.
 */
export class Denials {
  private readonly documents: Documents;
  private readonly opposites = new WeakMap<SchemaNode, SchemaNode>();
  private readonly known = new WeakMap<SchemaNode, Alternatives>();

  constructor(documents: Documents) {
    this.documents = documents;
  }

  /** The node that holds where this one does not; the same node each time. */
  opposite(node: SchemaNode): SchemaNode {
    if (node.not !== undefined && keywords(node).length === 1) return node.not;
    let found = this.opposites.get(node);
    if (found === undefined) this.opposites.set(node, (found = this.part(node, { not: node })));
    return found;
  }

  /** One of these holds where the node does not; none of them: the node always holds. */
  of(node: SchemaNode): Alternatives {
    let found = this.known.get(node);
    if (found === undefined) this.known.set(node, (found = this.find(node)));
    return found;
  }

  /** Plainly, no value of the types satisfies the node. */
  hopeless(node: SchemaNode, types: number, depth = 0): boolean {
    if (node.never === true || (node.types !== undefined && (node.types & types) === 0)) return true;
    if (depth > 3) return false;
    const inside = (inner: SchemaNode): boolean =>
      this.hopeless(inner, types & (node.types ?? ALL_TYPES), depth + 1);
    if (node.allOf?.some(inside) === true || node.anyOf?.every(inside) === true) return true;
    return node.not !== undefined && this.of(node.not).every((option) => option.some(inside));
  }

  private find(node: SchemaNode): Alternatives {
    if (node.never === true) return [[this.part(node, {})]];
    const out: (readonly SchemaNode[])[] = [];
    const lists = [
      [TYPE.number, numbers(node.number)],
      [TYPE.string, this.strings(node)],
      [TYPE.object, this.objects(node)],
      [TYPE.array, this.arrays(node)],
    ] as const;
    const others = node.types === undefined ? 0 : ALL_TYPES & ~node.types;
    const longest = Math.max(others === 0 ? 0 : 1, ...lists.map(([, list]) => list.length));
    for (let i = 0; i < longest; i++) {
      let fields: Fields = {};
      let types = i === 0 ? others : 0;
      for (const [type, list] of lists) {
        const own = list[i];
        if (own === undefined || ((node.types ?? ALL_TYPES) & type) === 0) continue;
        fields = { ...fields, ...own };
        types |= type;
      }
      if (types !== 0) out.push([this.part(node, { ...fields, types })]);
    }
    for (const [when, inner] of node.dependentSchemas ?? [])
      out.push([this.part(node, { types: TYPE.object, required: [when] }), this.opposite(inner)]);
    out.push(...this.inPlace(node), ...this.opaque(node));
    return out;
  }

  private inPlace(node: SchemaNode): Alternatives {
    const no = (inner: SchemaNode): SchemaNode => this.opposite(inner);
    const out: (readonly SchemaNode[])[] = [];
    if (node.values !== undefined) out.push([this.part(node, { notValues: node.values })]);
    if (node.notValues !== undefined) out.push([this.part(node, { values: node.notValues })]);
    if (node.ref !== undefined) out.push([no(node.ref())]);
    for (const inner of node.allOf ?? []) out.push([no(inner)]);
    if (node.anyOf !== undefined) out.push(node.anyOf.map(no));
    if (node.oneOf !== undefined) {
      out.push(node.oneOf.map(no));
      const options = node.oneOf;
      for (const [i, a] of options.entries()) for (const b of options.slice(i + 1)) out.push([a, b]);
    }
    if (node.not !== undefined) out.push([node.not]);
    if (node.if !== undefined) {
      if (node.then !== undefined) out.push([node.if, no(node.then)]);
      if (node.else !== undefined) out.push([no(node.if), no(node.else)]);
    }
    return out;
  }

  private strings(node: SchemaNode): readonly Fields[] {
    const out: Fields[] = [];
    if ((node.minLength ?? 0) > 0) out.push({ maxLength: node.minLength! - 1 });
    if (node.maxLength !== undefined) out.push({ minLength: node.maxLength + 1 });
    if (node.pattern !== undefined)
      out.push({ part: { source: node.pattern, search: true, negative: true } });
    if (node.part !== undefined) out.push({ part: { ...node.part, negative: node.part.negative !== true } });
    if (node.format !== undefined && formatKind(node.format) === 'pattern') {
      out.push({ part: { ...formatPart(node.format, false)!, negative: true } });
      const most = formatMaxLength(node.format);
      if (most < Number.POSITIVE_INFINITY) out.push({ minLength: most + 1 });
    }
    return out;
  }

  private objects(node: SchemaNode): readonly Fields[] {
    const out: Fields[] = [];
    const has = (name: SchemaNode, value: SchemaNode): Fields => ({ someProperty: { name, value } });
    for (const name of node.required ?? []) out.push({ properties: new Map([[name, this.never(node)]]) });
    if ((node.minProperties ?? 0) > 0) out.push({ maxProperties: node.minProperties! - 1 });
    if (node.maxProperties !== undefined) out.push({ minProperties: node.maxProperties + 1 });
    for (const [name, inner] of node.properties ?? [])
      if (!isTrue(inner)) out.push({ required: [name], properties: new Map([[name, this.opposite(inner)]]) });
    for (const { source, node: inner } of node.patternProperties ?? [])
      if (!isTrue(inner)) out.push(has(this.part(node, { pattern: source }), this.opposite(inner)));
    const rest = node.additionalProperties;
    if (rest !== undefined && !isTrue(rest)) {
      const unmatched = (node.patternProperties ?? []).map(({ source }) =>
        this.part(node, { part: { source, search: true, negative: true } }),
      );
      const unnamed = this.part(node, { notValues: [...(node.properties?.keys() ?? [])], allOf: unmatched });
      out.push(has(unnamed, this.opposite(rest)));
    }
    if (node.propertyNames !== undefined && !isTrue(node.propertyNames))
      out.push(has(this.opposite(node.propertyNames), this.part(node, {})));
    for (const [when, also] of node.dependentRequired ?? [])
      for (const name of also)
        if (name !== when) out.push({ required: [when], properties: new Map([[name, this.never(node)]]) });
    return out;
  }

  private arrays(node: SchemaNode): readonly Fields[] {
    const out: Fields[] = [];
    if ((node.minItems ?? 0) > 0) out.push({ maxItems: node.minItems! - 1 });
    if (node.maxItems !== undefined) out.push({ minItems: node.maxItems + 1 });
    const any = this.part(node, {});
    for (const [i, inner] of (node.prefixItems ?? []).entries()) {
      if (isTrue(inner)) continue;
      const before = Array.from({ length: i }, () => any);
      out.push({ minItems: i + 1, prefixItems: [...before, this.opposite(inner)] });
    }
    const from = node.prefixItems?.length ?? 0;
    if (node.items !== undefined && !isTrue(node.items))
      out.push({ contains: this.opposite(node.items), containsFrom: from });
    if (node.contains !== undefined) {
      const { contains, minContains = 1, maxContains } = node;
      const start = node.containsFrom === undefined ? {} : { containsFrom: node.containsFrom };
      if (minContains > 0) out.push({ contains, minContains: 0, maxContains: minContains - 1, ...start });
      if (maxContains !== undefined) out.push({ contains, minContains: maxContains + 1, ...start });
    }
    return out;
  }

  private opaque(node: SchemaNode): Alternatives {
    const judged = (fields: Fields, types: number): readonly SchemaNode[] => [
      this.part(node, { types, opaque: this.part(node, { not: this.part(node, fields) }) }),
    ];
    const out: (readonly SchemaNode[])[] = [];
    if (node.uniqueItems === true) out.push(judged({ uniqueItems: true }, TYPE.array));
    if (node.format !== undefined && formatKind(node.format) === 'checked')
      out.push(judged({ format: node.format }, TYPE.string));
    if (node.checkedPattern !== undefined)
      out.push(judged({ checkedPattern: node.checkedPattern }, TYPE.string));
    if (node.grammar !== undefined) out.push(judged({ grammar: node.grammar }, TYPE.string));
    if (node.someProperty !== undefined) out.push(judged({ someProperty: node.someProperty }, TYPE.object));
    // These depend on the whole of the node, and speak of one type.
    const whole = (types: number): void => {
      out.push([this.part(node, { types, opaque: this.part(node, { not: node }) })]);
    };
    if (node.unevaluatedProperties !== undefined) whole(TYPE.object);
    if (node.unevaluatedItems !== undefined) whole(TYPE.array);
    if (node.dynamicRef !== undefined || node.opaque !== undefined) whole(ALL_TYPES);
    return out;
  }

  private never(node: SchemaNode): SchemaNode {
    return this.part(node, { never: true });
  }

  private part(node: SchemaNode, fields: Fields): SchemaNode {
    return this.documents.synthetic({ pointer: node.pointer, resource: node.resource, ...fields });
  }
}

function numbers(rule: NumberRule | undefined): readonly Fields[] {
  if (rule === undefined) return [];
  const out: NumberRule[] = [];
  if (rule.low > Number.NEGATIVE_INFINITY)
    out.push({ ...ANY_NUMBER, high: rule.low, highOpen: !rule.lowOpen });
  if (rule.high < Number.POSITIVE_INFINITY)
    out.push({ ...ANY_NUMBER, low: rule.high, lowOpen: !rule.highOpen });
  for (const step of rule.integer ? [1, ...rule.multiples] : rule.multiples)
    out.push({ ...ANY_NUMBER, nonMultiples: [step] });
  return out.map((number) => ({ number }));
}

export function keywords(node: SchemaNode): readonly string[] {
  return Object.keys(node).filter((key) => key !== 'id' && key !== 'pointer' && key !== 'resource');
}

/** Every value satisfies it. */
export function isTrue(node: SchemaNode): boolean {
  return keywords(node).length === 0;
}
