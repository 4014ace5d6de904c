import { formatKind, formatMaxLength } from '../formats/formats.ts';
import { LIMITS } from '../limits.ts';
import type { Documents } from '../schema/documents.ts';
import { type SchemaNode, TYPE } from '../schema/node.ts';
import { Branch } from './branch.ts';
import { disjoint } from './disjoint.ts';

const OBJECT_KEYWORDS = [
  'properties',
  'patternProperties',
  'additionalProperties',
  'required',
  'minProperties',
  'maxProperties',
  'dependentRequired',
] as const;
const ARRAY_KEYWORDS = ['prefixItems', 'items', 'minItems', 'maxItems', 'uniqueItems', 'contains'] as const;

/**
 * Subschemas that all hold → alternatives of which one must hold. Each alternative says by automata as much as can
 * be said and never less than what is valid; the rest goes to its `checks`.
 */
export class Expander {
  private readonly documents: Documents;

  constructor(documents: Documents) {
    this.documents = documents;
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
    if (branch.width * choice.length > LIMITS.alternatives) {
      branch.checks.push(
        this.part(choice.flat()[0]!, {
          anyOf: choice.map((option) =>
            option.length === 1 ? option[0]! : this.part(option[0]!, { allOf: option }),
          ),
        }),
      );
      return this.grow(branch, []);
    }
    return choice.flatMap((option) => {
      const copy = branch.copy();
      copy.width *= choice.length;
      return this.grow(copy, option);
    });
  }

  private apply(branch: Branch, node: SchemaNode, queue: SchemaNode[]): void {
    if (node.never === true) {
      branch.dead = true;
      return;
    }
    if (node.types !== undefined) branch.types &= node.types;
    if (node.number !== undefined) branch.narrow(node.number);
    if (node.values !== undefined) {
      const before = branch.values;
      branch.values =
        before === undefined
          ? node.values
          : before.filter(
              (value) =>
                node.values!.some((other) => JSON.stringify(other) === JSON.stringify(value)) ||
                typeof value === 'object',
            );
    }
    this.strings(branch, node);
    if (OBJECT_KEYWORDS.some((keyword) => node[keyword] !== undefined)) branch.objects.push(node);
    if (ARRAY_KEYWORDS.some((keyword) => node[keyword] !== undefined)) branch.arrays.push(node);
    if (node.propertyNames !== undefined) branch.nameNodes.push(node.propertyNames);
    if (node.contains !== undefined) {
      branch.checks.push(
        this.part(node, {
          contains: node.contains,
          ...optional('minContains', node.minContains),
          ...optional('maxContains', node.maxContains),
        }),
      );
    }
    if (node.uniqueItems === true) branch.checks.push(this.part(node, { uniqueItems: true }));
    if (node.unevaluatedProperties !== undefined || node.unevaluatedItems !== undefined)
      branch.checks.push(node);
    if (node.ref !== undefined) queue.push(node.ref());
    if (node.dynamicRef !== undefined) this.dynamic(node, queue);
    if (node.allOf !== undefined) queue.push(...node.allOf);
    this.alternatives(branch, node, queue);
  }

  private strings(branch: Branch, node: SchemaNode): void {
    if (node.minLength !== undefined) branch.min = Math.max(branch.min, node.minLength);
    if (node.maxLength !== undefined) branch.max = Math.min(branch.max, node.maxLength);
    if (node.pattern !== undefined) this.pattern(branch, node.pattern);
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

  private dynamic(node: SchemaNode, queue: SchemaNode[]): void {
    const { anchor, target } = node.dynamicRef!;
    // Where several resources answer to the anchor, which one depends on the whole way down: the root checks it.
    if (anchor === undefined || this.documents.answering(anchor).length <= 1) queue.push(target());
  }

  private alternatives(branch: Branch, node: SchemaNode, queue: SchemaNode[]): void {
    if (node.anyOf !== undefined) branch.choices.push(node.anyOf.map((inner) => [inner]));
    if (node.oneOf !== undefined) {
      const options = node.oneOf;
      if (options.some((a, i) => options.some((b, j) => i < j && !disjoint(a, b))))
        branch.checks.push(this.part(node, { oneOf: options }));
      branch.choices.push(options.map((inner) => [inner]));
    }
    if (node.not !== undefined) this.negation(branch, node, node.not, queue);
    if (node.if !== undefined && (node.then !== undefined || node.else !== undefined)) {
      const held = node.then === undefined ? [node.if] : [node.if, node.then];
      const not = this.part(node, { not: node.if });
      branch.choices.push([held, node.else === undefined ? [not] : [not, node.else]]);
    }
    for (const [name, inner] of node.dependentSchemas ?? []) {
      branch.choices.push([
        [this.without(node, name)],
        [this.part(node, { types: TYPE.object, required: [name] }), inner],
      ]);
    }
  }

  /** `not` by the keywords of what it denies, as far as each has an opposite; otherwise a check. */
  private negation(branch: Branch, node: SchemaNode, denied: SchemaNode, queue: SchemaNode[]): void {
    const keywords = Object.keys(denied).filter((key) => !['id', 'pointer', 'resource'].includes(key));
    if (denied.never === true) return;
    if (branch.seen.size > 500) {
      branch.checks.push(this.part(node, { not: denied }));
      return;
    }
    if (keywords.length === 0) {
      branch.dead = true;
      return;
    }
    const only = (...names: readonly string[]): boolean =>
      keywords.every((keyword) => names.includes(keyword));
    if (only('types') && denied.types !== undefined) {
      branch.types &= ~denied.types;
      return;
    }
    if (only('ref')) {
      const target = denied.ref!();
      if (!branch.seen.has(target)) {
        this.negation(branch, node, target, queue);
        return;
      }
    }
    if (only('anyOf')) {
      queue.push(...denied.anyOf!.map((inner) => this.part(node, { not: inner })));
      return;
    }
    if (only('allOf')) {
      branch.choices.push(denied.allOf!.map((inner) => [this.part(node, { not: inner })]));
      return;
    }
    if (
      only('required', 'types') &&
      denied.required !== undefined &&
      (denied.types === undefined || denied.types === TYPE.object)
    ) {
      const object = { types: TYPE.object };
      const options = denied.required.map((name) => [this.part(node, object), this.without(node, name)]);
      branch.choices.push(
        denied.types === undefined ? options : [[this.part(node, { types: 63 & ~TYPE.object })], ...options],
      );
      return;
    }
    if (
      only('values', 'types') &&
      denied.values!.every((value) => typeof value === 'string') &&
      (denied.types ?? TYPE.string) === TYPE.string
    ) {
      branch.parts.push({
        source: (denied.values as readonly string[]).map(escapePattern).join('|'),
        search: false,
        negative: true,
      });
      return;
    }
    if (
      only('pattern', 'types') &&
      denied.pattern !== undefined &&
      (denied.types === undefined || denied.types === TYPE.string)
    ) {
      if (denied.types === undefined) branch.types &= TYPE.string;
      branch.parts.push({ source: denied.pattern, search: true, negative: true });
      return;
    }
    branch.checks.push(this.part(node, { not: denied }));
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

function optional<Key extends string>(key: Key, value: number | undefined): { [K in Key]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: number });
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
