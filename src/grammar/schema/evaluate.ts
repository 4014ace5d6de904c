import { formatHolds } from '../formats/formats.ts';
import { numberHolds } from '../number/number-rule.ts';
import { patternAutomaton } from '../regex/compile.ts';
import { patternHolds } from '../regex/matcher.ts';
import { matches } from '../text/automaton.ts';
import type { Documents } from './documents.ts';
import { type Resource, type SchemaNode, TYPE } from './node.ts';

/** The resources entered on the way to a subschema, innermost first: what `$dynamicRef` looks through. */
interface Scope {
  readonly resource: Resource;
  readonly outer: Scope | undefined;
}

/** What the keywords of a value have looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
class Evaluated {
  readonly names = new Set<string>();
  readonly items = new Set<number>();

  add(other: Evaluated): void {
    for (const name of other.names) this.names.add(name);
    for (const item of other.items) this.items.add(item);
  }
}

type Json = Readonly<Record<string, unknown>>;

/** Whether a value satisfies a subschema: every keyword, by its definition. The last word where no automaton has it. */
export class Evaluator {
  private readonly documents: Documents;
  private readonly enums = new WeakMap<SchemaNode, ReadonlySet<string>>();
  private readonly extra: (name: string, text: string) => boolean;

  constructor(documents: Documents, grammarHolds: (name: string, text: string) => boolean) {
    this.documents = documents;
    this.extra = grammarHolds;
  }

  valid(node: SchemaNode, value: unknown): boolean {
    return this.check(node, value, undefined, new Evaluated(), 0);
  }

  /** The scope starts at the node itself, so a check of a part is only right where no reference is dynamic. */
  private check(
    node: SchemaNode,
    value: unknown,
    outer: Scope | undefined,
    seen: Evaluated,
    depth: number,
  ): boolean {
    if (node.never === true) return false;
    if (depth > 1000) return true;
    const scope = outer?.resource === node.resource ? outer : { resource: node.resource, outer };
    if (node.types !== undefined && !this.typed(node, value)) return false;
    if (node.values !== undefined && !this.listed(node, value)) return false;
    if (node.notValues?.some((other) => equal(other, value)) === true) return false;
    if (node.notItems?.some((other) => equal(other, value)) === true) return false;
    if (node.opaque !== undefined && !this.valid(node.opaque, value)) return false;
    if (typeof value === 'number' && node.number !== undefined && !numberHolds(node.number, value))
      return false;
    if (typeof value === 'string' && !this.text(node, value)) return false;
    if (!this.applicators(node, value, scope, seen, depth + 1)) return false;
    if (Array.isArray(value)) return this.array(node, value, scope, seen, depth + 1);
    if (typeof value === 'object' && value !== null)
      return this.object(node, value as Json, scope, seen, depth + 1);
    return true;
  }

  private listed(node: SchemaNode, value: unknown): boolean {
    const values = node.values!;
    if (values.length < 9) return values.some((other) => equal(other, value));
    let texts = this.enums.get(node);
    if (texts === undefined) this.enums.set(node, (texts = new Set(values.map(canonical))));
    return texts.has(canonical(value));
  }

  private typed(node: SchemaNode, value: unknown): boolean {
    const type = typeOf(value);
    if ((node.types! & type) === 0) return false;
    return type !== TYPE.number || node.integer !== true || Number.isInteger(value);
  }

  private text(node: SchemaNode, value: string): boolean {
    if (node.minLength !== undefined || node.maxLength !== undefined) {
      const length = codePoints(value);
      if (length < (node.minLength ?? 0) || length > (node.maxLength ?? Number.POSITIVE_INFINITY))
        return false;
    }
    if (node.pattern !== undefined && !patternHolds(node.pattern, value)) return false;
    if (node.checkedPattern !== undefined && !patternHolds(node.checkedPattern, value)) return false;
    if (node.format !== undefined && !formatHolds(node.format, value)) return false;
    if (node.part !== undefined && !matches(patternAutomaton([node.part]), value)) return false;
    return node.grammar === undefined || this.extra(node.grammar, value);
  }

  private applicators(
    node: SchemaNode,
    value: unknown,
    scope: Scope,
    seen: Evaluated,
    depth: number,
  ): boolean {
    const also = (inner: SchemaNode): boolean => this.apart(inner, value, scope, seen, depth);
    if (node.ref !== undefined && !also(node.ref())) return false;
    if (node.dynamicRef !== undefined && !also(this.dynamic(node, scope))) return false;
    if (node.allOf !== undefined && !node.allOf.every(also)) return false;
    if (node.anyOf !== undefined && this.passing(node.anyOf, value, scope, seen, depth) === 0) return false;
    if (node.oneOf !== undefined && this.passing(node.oneOf, value, scope, seen, depth) !== 1) return false;
    if (node.not !== undefined && this.check(node.not, value, scope, new Evaluated(), depth)) return false;
    if (node.if !== undefined) {
      const part = new Evaluated();
      if (this.check(node.if, value, scope, part, depth)) {
        seen.add(part);
        if (node.then !== undefined && !also(node.then)) return false;
      } else if (node.else !== undefined && !also(node.else)) return false;
    }
    return true;
  }

  /** In place, but a subschema's own `unevaluated…` sees only what it looked at itself. */
  private apart(node: SchemaNode, value: unknown, scope: Scope, seen: Evaluated, depth: number): boolean {
    const part = new Evaluated();
    if (!this.check(node, value, scope, part, depth)) return false;
    seen.add(part);
    return true;
  }

  private passing(
    nodes: readonly SchemaNode[],
    value: unknown,
    scope: Scope,
    seen: Evaluated,
    depth: number,
  ): number {
    let count = 0;
    for (const node of nodes) {
      const part = new Evaluated();
      if (!this.check(node, value, scope, part, depth)) continue;
      count++;
      seen.add(part);
    }
    return count;
  }

  private dynamic(node: SchemaNode, scope: Scope): SchemaNode {
    const { anchor, target } = node.dynamicRef!;
    if (anchor === undefined) return target();
    let found: Resource | undefined;
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      if (anchor === '' ? at.resource.recursiveAnchor : at.resource.dynamicAnchors.has(anchor))
        found = at.resource;
      else if (anchor === '') break;
    }
    if (found === undefined) return target();
    if (anchor === '') return this.documents.node(found.root, found, found.pointer);
    const place = found.dynamicAnchors.get(anchor)!;
    return this.documents.node(place.raw, found, place.pointer);
  }

  private array(
    node: SchemaNode,
    value: readonly unknown[],
    scope: Scope,
    seen: Evaluated,
    depth: number,
  ): boolean {
    if (value.length < (node.minItems ?? 0) || value.length > (node.maxItems ?? Number.POSITIVE_INFINITY))
      return false;
    if (node.uniqueItems === true && !unique(value)) return false;
    const prefix = node.prefixItems ?? [];
    for (let i = 0; i < value.length; i++) {
      const inner = prefix[i] ?? node.items;
      if (inner === undefined) continue;
      if (!this.check(inner, value[i], scope, new Evaluated(), depth)) return false;
      seen.items.add(i);
    }
    if (node.contains !== undefined) {
      let count = 0;
      for (let i = node.containsFrom ?? 0; i < value.length; i++) {
        if (!this.check(node.contains, value[i], scope, new Evaluated(), depth)) continue;
        count++;
        if (node.resource.dialect >= 2020) seen.items.add(i);
      }
      if (count < (node.minContains ?? 1) || count > (node.maxContains ?? Number.POSITIVE_INFINITY))
        return false;
    }
    if (node.unevaluatedItems === undefined) return true;
    for (let i = 0; i < value.length; i++) {
      if (seen.items.has(i)) continue;
      if (!this.check(node.unevaluatedItems, value[i], scope, new Evaluated(), depth)) return false;
      seen.items.add(i);
    }
    return true;
  }

  private object(node: SchemaNode, value: Json, scope: Scope, seen: Evaluated, depth: number): boolean {
    const names = Object.keys(value);
    if (
      names.length < (node.minProperties ?? 0) ||
      names.length > (node.maxProperties ?? Number.POSITIVE_INFINITY)
    )
      return false;
    if (node.required?.some((name) => !Object.hasOwn(value, name)) === true) return false;
    if (!this.dependent(node, value, scope, seen, depth)) return false;
    if (
      node.someProperty !== undefined &&
      !names.some(
        (name) =>
          this.check(node.someProperty!.name, name, scope, new Evaluated(), depth) &&
          this.check(node.someProperty!.value, value[name], scope, new Evaluated(), depth),
      )
    )
      return false;
    for (const name of names) {
      if (
        node.propertyNames !== undefined &&
        !this.check(node.propertyNames, name, scope, new Evaluated(), depth)
      )
        return false;
      const nodes = propertyNodes(node, name);
      if (nodes.length === 0) continue;
      if (!nodes.every((inner) => this.check(inner, value[name], scope, new Evaluated(), depth)))
        return false;
      seen.names.add(name);
    }
    if (node.unevaluatedProperties === undefined) return true;
    for (const name of names) {
      if (seen.names.has(name)) continue;
      if (!this.check(node.unevaluatedProperties, value[name], scope, new Evaluated(), depth)) return false;
      seen.names.add(name);
    }
    return true;
  }

  private dependent(node: SchemaNode, value: Json, scope: Scope, seen: Evaluated, depth: number): boolean {
    for (const [name, others] of node.dependentRequired ?? []) {
      if (Object.hasOwn(value, name) && !others.every((other) => Object.hasOwn(value, other))) return false;
    }
    for (const [name, inner] of node.dependentSchemas ?? []) {
      if (Object.hasOwn(value, name) && !this.apart(inner, value, scope, seen, depth)) return false;
    }
    return true;
  }
}

/** The subschemas of one schema that speak of a property. */
export function propertyNodes(node: SchemaNode, name: string): readonly SchemaNode[] {
  const found: SchemaNode[] = [];
  const own = node.properties?.get(name);
  if (own !== undefined) found.push(own);
  for (const { source, node: inner } of node.patternProperties ?? [])
    if (patternHolds(source, name)) found.push(inner);
  if (found.length === 0 && node.additionalProperties !== undefined) found.push(node.additionalProperties);
  return found;
}

export function typeOf(value: unknown): number {
  if (value === null) return TYPE.null;
  if (Array.isArray(value)) return TYPE.array;
  return TYPE[typeof value as 'boolean' | 'number' | 'string' | 'object'];
}

export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]))
    );
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal((a as Json)[name], (b as Json)[name]))
  );
}

/** Equal items have equal canonical texts, so one set finds a duplicate in linear time. */
export function unique(items: readonly unknown[]): boolean {
  return new Set(items.map(canonical)).size === items.length;
}

export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(Object.is(value, -0) ? 0 : value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical((value as Json)[name])}`).join()}}`;
}
