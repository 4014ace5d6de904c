import { GrammarError } from '../errors.ts';
import { formatKind } from '../formats/formats.ts';
import { LIMITS } from '../limits.ts';
import { ANY_NUMBER, both, isFree, type NumberRule } from '../number/number-rule.ts';
import { textMatcher } from '../regex/matcher.ts';
import { escapePointer } from './documents.ts';
import { type Resource, type SchemaNode, TYPE } from './node.ts';

export interface ReadContext {
  readonly strictFormats: boolean;
  node(raw: unknown, resource: Resource, pointer: string): SchemaNode;
  resolve(ref: string, from: Resource, place: { keyword: string; pointer: string }): SchemaNode;
  dynamicAnchor(ref: string, from: Resource): string | undefined;
}

type Json = Readonly<Record<string, unknown>>;
type Draft = { -readonly [Key in keyof SchemaNode]: SchemaNode[Key] };

/** One subschema: every keyword read, none ignored that has a meaning. */
export function readNode(
  context: ReadContext,
  raw: unknown,
  resource: Resource,
  pointer: string,
  id: number,
): SchemaNode {
  if (raw === true) return { id, pointer, resource };
  if (raw === false) return { id, pointer, resource, never: true };
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new GrammarError('schema_invalid', { reason: 'a schema is an object, true or false' }, { pointer });
  }
  const said = resource.silent ? withoutValidation(raw as Json) : (raw as Json);
  return new Reader(context, said, resource, pointer, id).read();
}

const VALIDATION = new Set(
  (
    'type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems ' +
    'minItems uniqueItems maxContains minContains maxProperties minProperties required dependentRequired'
  ).split(' '),
);

function withoutValidation(raw: Json): Json {
  return Object.fromEntries(Object.entries(raw).filter(([keyword]) => !VALIDATION.has(keyword)));
}

class Reader {
  private readonly context: ReadContext;
  private readonly raw: Json;
  private readonly resource: Resource;
  private readonly pointer: string;
  private readonly node: Draft;

  constructor(context: ReadContext, raw: Json, resource: Resource, pointer: string, id: number) {
    this.context = context;
    this.raw = raw;
    this.resource = resource;
    this.pointer = pointer;
    this.node = { id, pointer, resource };
  }

  read(): SchemaNode {
    const { resource } = this;
    this.references();
    if (resource.dialect <= 7 && this.node.ref !== undefined) return this.node;
    this.types();
    this.numbers();
    this.strings();
    this.objects();
    this.arrays();
    this.applicators();
    return this.node;
  }

  private references(): void {
    const { context, resource, node } = this;
    const ref = this.text('$ref');
    if (ref !== undefined) node.ref = this.later('$ref', ref);
    const dynamic = resource.dialect >= 2020 ? this.text('$dynamicRef') : undefined;
    if (dynamic !== undefined) {
      const target = this.later('$dynamicRef', dynamic);
      node.dynamicRef = { target, anchor: context.dynamicAnchor(dynamic, resource) };
    }
    const recursive = resource.dialect === 2019 ? this.text('$recursiveRef') : undefined;
    if (recursive !== undefined)
      node.dynamicRef = {
        target: this.later('$recursiveRef', '#'),
        anchor: resource.recursiveAnchor ? '' : undefined,
      };
  }

  private later(keyword: string, ref: string): () => SchemaNode {
    let found: SchemaNode | undefined;
    return () =>
      (found ??= this.context.resolve(ref, this.resource, {
        keyword,
        pointer: `${this.pointer}/${keyword}`,
      }));
  }

  private types(): void {
    const { raw, node } = this;
    if (raw.type !== undefined) {
      const list = Array.isArray(raw.type) ? raw.type : [raw.type];
      let types = 0;
      let number = false;
      let integer = false;
      for (const name of list) {
        if (name === 'integer') integer = true;
        else if (typeof name === 'string' && Object.hasOwn(TYPE, name))
          types |= TYPE[name as keyof typeof TYPE];
        else if (name === 'any' && this.resource.dialect === 4) types = 63;
        else this.fail('type', `${JSON.stringify(name)?.slice(0, 50)} is no type`);
        if (name === 'number') number = true;
      }
      if (integer) types |= TYPE.number;
      if (raw.nullable === true) types |= TYPE.null;
      node.types = types;
      if (integer && !number) node.integer = true;
    }
    if (Object.hasOwn(raw, 'enum')) {
      if (!Array.isArray(raw.enum)) this.fail('enum', 'it must be an array');
      node.values = raw.enum as readonly unknown[];
    }
    if (Object.hasOwn(raw, 'const') && this.resource.dialect >= 6) {
      const value = raw.const;
      node.values =
        node.values === undefined
          ? [value]
          : node.values.filter((other) => JSON.stringify(other) === JSON.stringify(value));
    }
  }

  private numbers(): void {
    const { raw, node } = this;
    let rule: NumberRule = ANY_NUMBER;
    const low = this.number('minimum');
    const high = this.number('maximum');
    if (low !== undefined) rule = both(rule, { ...ANY_NUMBER, low, lowOpen: raw.exclusiveMinimum === true });
    // 2^63 - 1 is read as 2^63, which is no 64-bit integer: the largest one is as far as a double gets below it.
    const rounded = high === 2 ** 63 && node.integer === true;
    if (high !== undefined) {
      rule = both(rule, { ...ANY_NUMBER, high, highOpen: raw.exclusiveMaximum === true || rounded });
    }
    const above = typeof raw.exclusiveMinimum === 'boolean' ? undefined : this.number('exclusiveMinimum');
    const below = typeof raw.exclusiveMaximum === 'boolean' ? undefined : this.number('exclusiveMaximum');
    if (above !== undefined) rule = both(rule, { ...ANY_NUMBER, low: above, lowOpen: true });
    if (below !== undefined) rule = both(rule, { ...ANY_NUMBER, high: below, highOpen: true });
    const step =
      this.number('multipleOf') ?? (this.resource.dialect === 4 ? this.number('divisibleBy') : undefined);
    if (step !== undefined) {
      if (!(step > 0)) this.fail('multipleOf', 'it must be greater than 0');
      rule = both(rule, { ...ANY_NUMBER, multiples: [step] });
    }
    if (this.context.strictFormats && raw.format === 'int32')
      rule = both(rule, { ...ANY_NUMBER, low: -2147483648, high: 2147483647, integer: true });
    if (this.context.strictFormats && raw.format === 'int64')
      rule = both(rule, { ...ANY_NUMBER, integer: true });
    if (node.integer === true) rule = both(rule, { ...ANY_NUMBER, integer: true });
    if (!isFree(rule) || rule.integer) node.number = rule;
  }

  private strings(): void {
    const { node } = this;
    this.count('minLength');
    this.count('maxLength');
    const pattern = this.text('pattern');
    if (pattern !== undefined) {
      if (this.compiles('pattern', pattern)) node.pattern = pattern;
      else node.checkedPattern = pattern;
    }
    const format = this.text('format');
    if (
      format !== undefined &&
      this.context.strictFormats &&
      formatKind(format) !== 'annotation' &&
      formatKind(format) !== 'number'
    )
      node.format = format;
    const grammar = this.text('x-grammar');
    if (grammar !== undefined) node.grammar = grammar;
  }

  private objects(): void {
    const { raw, node } = this;
    const { dialect } = this.resource;
    const properties = this.map('properties');
    if (properties !== undefined) node.properties = properties;
    const patterns = this.map('patternProperties');
    if (patterns !== undefined) {
      node.patternProperties = [...patterns].map(([source, inner]) => {
        if (!this.compiles('patternProperties', source)) this.unsupported('patternProperties', source);
        return { source, node: inner };
      });
    }
    this.child('additionalProperties');
    if (dialect >= 6) this.child('propertyNames');
    if (dialect >= 2019) this.child('unevaluatedProperties');
    const required = this.names('required', raw.required);
    if (required !== undefined) node.required = required;
    this.count('minProperties');
    this.count('maxProperties');
    this.dependencies();
  }

  private dependencies(): void {
    const { raw, node } = this;
    const names = new Map<string, readonly string[]>();
    const schemas = new Map<string, SchemaNode>();
    for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
      if (raw[keyword] === undefined || (keyword !== 'dependencies' && this.resource.dialect < 2019))
        continue;
      const map = raw[keyword];
      if (typeof map !== 'object' || map === null || Array.isArray(map))
        this.fail(keyword, 'it must be an object');
      for (const [name, value] of Object.entries(map as Json)) {
        if (Array.isArray(value))
          names.set(name, [...(names.get(name) ?? []), ...(this.names(keyword, value) ?? [])]);
        else if (typeof value === 'string') names.set(name, [value]);
        else schemas.set(name, this.inner(value, `${keyword}/${escapePointer(name)}`));
      }
    }
    if (names.size > 0) node.dependentRequired = names;
    if (schemas.size > 0) node.dependentSchemas = schemas;
  }

  private arrays(): void {
    const { raw, node } = this;
    const { dialect } = this.resource;
    const prefix = dialect >= 2020 ? this.list('prefixItems') : undefined;
    if (prefix !== undefined) node.prefixItems = prefix;
    if (Array.isArray(raw.items)) {
      node.prefixItems = raw.items.map((item, i) => this.inner(item, `items/${i}`));
      if (raw.additionalItems !== undefined) node.items = this.inner(raw.additionalItems, 'additionalItems');
    } else this.child('items');
    if (dialect >= 6) this.child('contains');
    if (dialect >= 2019) {
      this.count('minContains');
      this.count('maxContains');
      this.child('unevaluatedItems');
    }
    this.count('minItems');
    this.count('maxItems');
    if (raw.uniqueItems === true) node.uniqueItems = true;
  }

  private applicators(): void {
    const { node } = this;
    for (const keyword of ['allOf', 'anyOf', 'oneOf'] as const) {
      const list = this.list(keyword);
      if (list !== undefined) node[keyword] = list;
    }
    this.child('not');
    if (this.resource.dialect < 7) return;
    for (const keyword of ['if', 'then', 'else'] as const) this.child(keyword);
  }

  private child(
    keyword:
      | 'additionalProperties'
      | 'propertyNames'
      | 'unevaluatedProperties'
      | 'items'
      | 'contains'
      | 'unevaluatedItems'
      | 'not'
      | 'if'
      | 'then'
      | 'else',
  ): void {
    if (this.raw[keyword] !== undefined) this.node[keyword] = this.inner(this.raw[keyword], keyword);
  }

  private inner(raw: unknown, path: string): SchemaNode {
    return this.context.node(raw, this.resource, `${this.pointer}/${path}`);
  }

  private list(keyword: string): readonly SchemaNode[] | undefined {
    const value = this.raw[keyword];
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.fail(keyword, 'it must be an array of schemas');
    return value.map((item, i) => this.inner(item, `${keyword}/${i}`));
  }

  private map(keyword: string): ReadonlyMap<string, SchemaNode> | undefined {
    const value = this.raw[keyword];
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return this.fail(keyword, 'it must be an object of schemas');
    return new Map(
      Object.entries(value).map(([name, item]) => [
        name,
        this.inner(item, `${keyword}/${escapePointer(name)}`),
      ]),
    );
  }

  private names(keyword: string, value: unknown): readonly string[] | undefined {
    if (
      value === undefined ||
      (keyword === 'required' && typeof value === 'boolean' && this.resource.dialect === 4)
    )
      return undefined;
    if (!Array.isArray(value) || value.some((name) => typeof name !== 'string'))
      return this.fail(keyword, 'it must be an array of strings');
    return [...new Set(value as string[])];
  }

  private count(
    keyword:
      | 'minLength'
      | 'maxLength'
      | 'minProperties'
      | 'maxProperties'
      | 'minItems'
      | 'maxItems'
      | 'minContains'
      | 'maxContains',
  ): void {
    const value = this.number(keyword);
    if (value === undefined) return;
    if (value < 0 || !Number.isInteger(value)) this.fail(keyword, 'it must be a non-negative integer');
    if (keyword.startsWith('min') && value > LIMITS.leastSize)
      throw new GrammarError(
        'schema_too_large',
        { what: `a ${keyword}`, limit: LIMITS.leastSize },
        { keyword, pointer: `${this.pointer}/${keyword}` },
      );
    this.node[keyword] = value;
  }

  private number(keyword: string): number | undefined {
    const value = this.raw[keyword];
    if (value === undefined) return undefined;
    return typeof value === 'number' ? value : this.fail(keyword, 'it must be a number');
  }

  private text(keyword: string): string | undefined {
    const value = this.raw[keyword];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : this.fail(keyword, 'it must be a string');
  }

  /** The pattern has an automaton; where it has none, the text is checked when the string closes. */
  private compiles(keyword: string, source: string): boolean {
    try {
      return textMatcher(source) === null;
    } catch (error) {
      if (error instanceof GrammarError)
        throw new GrammarError(error.code, error.values, { keyword, pointer: `${this.pointer}/${keyword}` });
      throw error;
    }
  }

  private unsupported(keyword: string, source: string): never {
    throw new GrammarError(
      'schema_pattern_unsupported',
      { pattern: source.slice(0, 100), reason: 'a name cannot be checked when it closes' },
      { keyword, pointer: `${this.pointer}/${keyword}` },
    );
  }

  private fail(keyword: string, reason: string): never {
    throw new GrammarError(
      'schema_invalid',
      { reason: `${keyword}: ${reason}` },
      { keyword, pointer: `${this.pointer}/${escapePointer(keyword)}` },
    );
  }
}
