import { formatKind, formatMaxLength } from '../formats/formats.ts';
import { LIMITS } from '../limits.ts';
import type { Documents } from '../schema/documents.ts';
import { equal } from '../schema/evaluate.ts';
import { type SchemaNode, TYPE } from '../schema/node.ts';
import { Branch } from './branch.ts';
import { type Alternatives, Denials } from './deny.ts';
import { disjoint } from './disjoint.ts';
import { Unevaluated } from './unevaluated.ts';

const OBJECT_KEYWORDS = [
  'properties',
  'patternProperties',
  'additionalProperties',
  'required',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'someProperty',
  'propertyNames',
] as const;
const ARRAY_KEYWORDS = ['prefixItems', 'items', 'minItems', 'maxItems', 'uniqueItems', 'contains'] as const;

/** More opposites of one schema than this, and it is denied when the value closes. */
const MOST_DENIALS = 48;
/** Parts of the objects and arrays that one value may not be; past these they are denied when the value closes. */
const MOST_PARTS = 12;

/**
 * Subschemas that all hold → alternatives of which one must hold. Each alternative says by automata as much as can
 * be said and never less than what is valid; the rest goes to its `checks`.
 */
export class Expander {
  readonly denials: Denials;
  private readonly documents: Documents;
  private readonly unevaluated: Unevaluated;
  private readonly dynamic: boolean;

  constructor(documents: Documents, dynamic: boolean) {
    this.documents = documents;
    this.dynamic = dynamic;
    this.denials = new Denials(documents);
    this.unevaluated = new Unevaluated(documents, this.denials);
  }

  expand(nodes: readonly SchemaNode[]): readonly Branch[] {
    return this.grow(new Branch(), nodes);
  }

  private grow(branch: Branch, nodes: readonly SchemaNode[]): readonly Branch[] {
    const queue = [...nodes];
    for (let node = queue.shift(); node !== undefined && !branch.dead; node = queue.shift()) {
      if (branch.seen.has(node)) continue;
      branch.seen.add(node);
      this.apply(branch, node, queue);
    }
    if (branch.dead || branch.types === 0) return [];
    const choice = branch.choices.shift();
    if (choice === undefined) return [branch];
    const { most } = choice;
    const options = choice.options.filter(
      (option) => !option.some((node) => this.denials.hopeless(node, branch.types)),
    );
    if (options.length > 1 && branch.width * options.length > most) {
      branch.checks.push(choice.check());
      return this.grow(branch, []);
    }
    if (options.length === 1) return this.grow(branch, options[0]!);
    return options.flatMap((option) => {
      const copy = branch.copy();
      copy.width *= options.length;
      return this.grow(copy, option);
    });
  }

  /** One of the alternatives must hold; where that would be too many branches, the check says so. */
  private choose(branch: Branch, options: Alternatives, check: () => SchemaNode, most: number): void {
    if (options.length === 0) branch.dead = true;
    else branch.choices.push({ options, check, most });
  }

  private apply(branch: Branch, node: SchemaNode, queue: SchemaNode[]): void {
    if (node.never === true) {
      branch.dead = true;
      return;
    }
    if (node.types !== undefined) branch.types &= node.types;
    if (node.number !== undefined) branch.narrow(node.number);
    if (node.values !== undefined) {
      const { values } = node;
      branch.values =
        branch.values === undefined
          ? values
          : branch.values.filter((value) => values.some((other) => equal(other, value)));
      if (branch.values.length === 0) branch.dead = true;
    }
    if (node.notValues !== undefined) this.exclude(branch, node, node.notValues);
    if (node.notItems !== undefined) {
      branch.repeated.push(...node.notItems.filter((value) => typeof value === 'string'));
      this.exclude(
        branch,
        node,
        node.notItems.filter((value) => typeof value !== 'string'),
      );
    }
    this.strings(branch, node);
    if (OBJECT_KEYWORDS.some((keyword) => node[keyword] !== undefined)) branch.objects.push(node);
    if (ARRAY_KEYWORDS.some((keyword) => node[keyword] !== undefined)) branch.arrays.push(node);
    if (node.propertyNames !== undefined) branch.nameNodes.push(node.propertyNames);
    if (node.opaque !== undefined) branch.checks.push(node.opaque);
    if (node.unevaluatedProperties !== undefined || node.unevaluatedItems !== undefined) {
      const options = this.dynamic ? undefined : this.unevaluated.alternatives(node);
      if (options === undefined) branch.checks.push(node);
      else this.choose(branch, options, () => node, LIMITS.alternatives);
    }
    if (node.ref !== undefined) queue.push(node.ref());
    if (node.dynamicRef !== undefined) this.dynamically(node, queue);
    if (node.allOf !== undefined) queue.push(...node.allOf);
    this.alternatives(branch, node, queue);
  }

  private strings(branch: Branch, node: SchemaNode): void {
    if (node.minLength !== undefined) branch.min = Math.max(branch.min, node.minLength);
    if (node.maxLength !== undefined) branch.max = Math.min(branch.max, node.maxLength);
    if (node.pattern !== undefined) this.pattern(branch, node.pattern);
    if (node.part !== undefined) branch.parts.push(node.part);
    if (node.checkedPattern !== undefined)
      branch.checks.push(this.part(node, { checkedPattern: node.checkedPattern }));
    if (node.grammar !== undefined) branch.grammars.push(node.grammar);
    if (node.format === undefined) return;
    branch.max = Math.min(branch.max, formatMaxLength(node.format));
    if (formatKind(node.format) === 'checked') branch.checks.push(this.part(node, { format: node.format }));
    else if (!branch.formats.includes(node.format)) branch.formats.push(node.format);
  }

  /** `^[a-z]{1,255}$` is a class and a length: counting apart keeps its automaton at one state. */
  private pattern(branch: Branch, source: string): void {
    const counted = /^\^(\[[^[\]\\]+\]|\\[wdsS]|\.)\{(\d+)(,(\d*))?\}\$$/.exec(source);
    if (counted === null) {
      branch.parts.push({ source, search: true });
      return;
    }
    const [, set, least, upTo, most] = counted;
    branch.parts.push({ source: `^${set}*$`, search: true });
    branch.min = Math.max(branch.min, Number(least));
    if (upTo === undefined) branch.max = Math.min(branch.max, Number(least));
    else if (most !== '') branch.max = Math.min(branch.max, Number(most));
  }

  private dynamically(node: SchemaNode, queue: SchemaNode[]): void {
    const { anchor, target } = node.dynamicRef!;
    // Where several resources answer to the anchor, which one depends on the whole way down: the root checks it.
    if (anchor === undefined || this.documents.answering(anchor).length <= 1) queue.push(target());
  }

  private alternatives(branch: Branch, node: SchemaNode, queue: SchemaNode[]): void {
    if (node.anyOf !== undefined) {
      const options = node.anyOf.map((inner) => [inner]);
      this.choose(branch, options, () => this.part(node, { anyOf: node.anyOf! }), LIMITS.alternatives);
    }
    if (node.oneOf !== undefined) this.exactlyOne(branch, node, node.oneOf);
    if (node.not !== undefined) this.deny(branch, node, queue);
    if (node.if !== undefined && (node.then !== undefined || node.else !== undefined)) {
      const { if: condition, then: yes, else: no } = node;
      const denied = this.denials.opposite(condition);
      this.choose(
        branch,
        [
          [condition, ...(yes === undefined ? [] : [yes])],
          [denied, ...(no === undefined ? [] : [no])],
        ],
        () => this.part(node, { if: condition, ...optional('then', yes), ...optional('else', no) }),
        LIMITS.alternatives,
      );
    }
    for (const [name, inner] of node.dependentSchemas ?? []) {
      this.choose(
        branch,
        [[this.without(node, name)], [this.part(node, { types: TYPE.object, required: [name] }), inner]],
        () => this.part(node, { dependentSchemas: new Map([[name, inner]]) }),
        LIMITS.alternatives,
      );
    }
  }

  /** The alternatives exclude each other: where that is not plain to see, each also denies the others. */
  private exactlyOne(branch: Branch, node: SchemaNode, options: readonly SchemaNode[]): void {
    const check = this.part(node, { oneOf: options });
    const near = options.map((a, i) => options.filter((b, j) => i !== j && !disjoint(a, b)));
    const exact = near.every((others) => others.length <= 6) && options.length <= 12;
    if (!exact && near.some((others) => others.length > 0)) branch.checks.push(check);
    const alternatives = options.map((inner, i) => [
      inner,
      ...(exact ? near[i]!.map((other) => this.denials.opposite(other)) : []),
    ]);
    this.choose(branch, alternatives, () => check, LIMITS.alternatives);
  }

  private deny(branch: Branch, node: SchemaNode, queue: SchemaNode[]): void {
    const denied = node.not!;
    const check = (): SchemaNode => this.part(node, { not: denied });
    if (branch.seen.size > 500) {
      branch.checks.push(check());
      return;
    }
    const options = this.denials.of(denied);
    if (options.length === 1) queue.push(...options[0]!);
    else this.choose(branch, options, check, MOST_DENIALS);
  }

  /**
   * A value that is an object or an array differs in its length or in one of its parts: an alternative each, open
   * side by side for as long as the text repeats the value, so large ones are left to a check.
   */
  private exclude(branch: Branch, node: SchemaNode, values: readonly unknown[]): void {
    branch.excluded.push(...values.filter((value) => typeof value !== 'object' || value === null));
    let parts = 0;
    for (const value of values) {
      if (typeof value !== 'object' || value === null) continue;
      parts += partsOf(value);
      if (parts > MOST_PARTS) {
        branch.checks.push(this.part(node, { notValues: [value] }));
        continue;
      }
      const differs = (inner: unknown): SchemaNode => this.part(node, { notValues: [inner] });
      const options: SchemaNode[] = [];
      if (Array.isArray(value)) {
        options.push(this.part(node, { minItems: value.length + 1 }));
        const any = this.part(node, {});
        for (const [i, item] of value.entries()) {
          const before = Array.from({ length: i }, () => any);
          options.push(this.part(node, { types: TYPE.array, prefixItems: [...before, differs(item)] }));
        }
        if (value.length > 0)
          options.push(this.part(node, { types: TYPE.array, maxItems: value.length - 1 }));
      } else {
        const entries = Object.entries(value);
        options.push(this.part(node, { minProperties: entries.length + 1 }));
        for (const [name, inner] of entries)
          options.push(
            this.part(node, { types: TYPE.object, properties: new Map([[name, differs(inner)]]) }),
          );
      }
      this.choose(
        branch,
        options.map((option) => [option]),
        () => this.part(node, { notValues: [value] }),
        MOST_DENIALS,
      );
    }
  }

  private without(node: SchemaNode, name: string): SchemaNode {
    const never = this.part(node, { never: true });
    return this.part(node, { properties: new Map([[name, never]]) });
  }

  /** A part of a node as a node. */
  private part(node: SchemaNode, fields: Partial<SchemaNode>): SchemaNode {
    return this.documents.synthetic({ pointer: node.pointer, resource: node.resource, ...fields });
  }
}

/** The values inside a value that hold no others. */
function partsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + partsOf(inner), 1);
}

function optional<Key extends string>(key: Key, value: SchemaNode | undefined): { [K in Key]?: SchemaNode } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: SchemaNode });
}
