import { GrammarError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { dialectOf } from './dialect.ts';
import { metaschema } from './metaschemas.ts';
import type { Dialect, Resource, SchemaNode } from './node.ts';
import { type ReadContext, readNode } from './read-node.ts';

type Json = Readonly<Record<string, unknown>>;
interface Place {
  readonly resource: Resource;
  readonly pointer: string;
}

const BASE = 'https://schema.invalid/';
const ONE = [
  'additionalProperties',
  'items',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedProperties',
  'unevaluatedItems',
  'additionalItems',
  'contentSchema',
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'];
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'dependencies'];

/** All schema documents of one grammar: their resources by URI, their subschemas read once. */
export class Documents implements ReadContext {
  readonly root: SchemaNode;
  readonly strictFormats: boolean;
  readonly nodes: SchemaNode[] = [];
  private readonly resources = new Map<string, Resource>();
  private readonly places = new Map<object, Place>();
  private readonly known = new Map<unknown, SchemaNode>();
  private readonly lent: Readonly<Record<string, unknown>>;
  private depth = 0;
  private made = -1;

  constructor(schema: unknown, documents: Readonly<Record<string, unknown>>, assertFormats: boolean) {
    this.strictFormats = assertFormats;
    this.lent = documents;
    const dialect = dialectOf(schema, 2020);
    const resource = this.document(schema, BASE, dialect);
    this.root = this.node(schema, resource, '');
  }

  /** The subschema at a place, read on first sight. */
  node(raw: unknown, resource: Resource, pointer: string): SchemaNode {
    const known = typeof raw === 'object' && raw !== null ? this.known.get(raw) : undefined;
    if (known !== undefined) return known;
    if (this.nodes.length >= LIMITS.schemaNodes)
      throw new GrammarError('schema_too_large', { what: 'subschemas', limit: LIMITS.schemaNodes });
    if (++this.depth > LIMITS.schemaDepth)
      throw new GrammarError(
        'schema_too_deep',
        { limit: LIMITS.schemaDepth },
        { pointer: pointer.slice(0, 200) },
      );
    const place = typeof raw === 'object' && raw !== null ? this.places.get(raw) : undefined;
    const id = this.nodes.length;
    // A recursive schema meets itself through references only, which are followed later.
    this.nodes.push(undefined as unknown as SchemaNode);
    const node = readNode(this, raw, place?.resource ?? resource, pointer, id);
    this.nodes[id] = node;
    if (typeof raw === 'object' && raw !== null) this.known.set(raw, node);
    this.depth--;
    return node;
  }

  /** A node that no document holds: a part of one, or what a keyword means in other keywords. */
  synthetic(fields: Omit<SchemaNode, 'id'>): SchemaNode {
    return { ...fields, id: this.made-- };
  }

  resolve(ref: string, from: Resource, place: { keyword: string; pointer: string }): SchemaNode {
    const missing = (): never => {
      throw new GrammarError('schema_ref_unresolved', { ref: ref.slice(0, 200) }, place);
    };
    const { resource, fragment } = this.locate(ref, from) ?? missing();
    if (fragment === '') return this.node(resource.root, resource, resource.pointer);
    if (!fragment.startsWith('/')) {
      const anchor = resource.anchors.get(fragment) ?? resource.dynamicAnchors.get(fragment) ?? missing();
      return this.node(anchor.raw, resource, anchor.pointer);
    }
    return this.follow(resource, fragment) ?? missing();
  }

  /** The dynamic anchor that a `$dynamicRef` names, if its first target is one. */
  dynamicAnchor(ref: string, from: Resource): string | undefined {
    const found = this.locate(ref, from);
    return found?.resource.dynamicAnchors.has(found.fragment) ? found.fragment : undefined;
  }

  /** Resources that could answer to a dynamic anchor. */
  answering(anchor: string): readonly Resource[] {
    const all = new Set(this.resources.values());
    return [...all].filter((resource) =>
      anchor === '' ? resource.recursiveAnchor : resource.dynamicAnchors.has(anchor),
    );
  }

  /** What a dynamic reference to the anchor may come to. */
  dynamicTargets(anchor: string): readonly SchemaNode[] {
    return this.answering(anchor).map((resource) => {
      const place =
        anchor === ''
          ? { raw: resource.root, pointer: resource.pointer }
          : resource.dynamicAnchors.get(anchor)!;
      return this.node(place.raw, resource, place.pointer);
    });
  }

  private locate(ref: string, from: Resource): { resource: Resource; fragment: string } | undefined {
    const hash = ref.indexOf('#');
    const fragment = hash < 0 ? '' : decode(ref.slice(hash + 1));
    const address = hash < 0 ? ref : ref.slice(0, hash);
    if (fragment === undefined) return undefined;
    if (address === '') return { resource: from, fragment };
    const uri = absolute(address, from.uri);
    const resource = uri === undefined ? undefined : this.resource(uri, from.dialect);
    return resource === undefined ? undefined : { resource, fragment };
  }

  private resource(uri: string, dialect: Dialect): Resource | undefined {
    const known = this.resources.get(uri) ?? this.resources.get(`${uri}#`);
    if (known !== undefined) return known;
    for (const name of [uri, `${uri}#`]) {
      if (!Object.hasOwn(this.lent, name)) continue;
      const schema = this.lent[name];
      return this.document(schema, uri, dialectOf(schema, dialect));
    }
    const own = metaschema(uri);
    return own === undefined ? undefined : this.document(own, uri, dialectOf(own, dialect));
  }

  private document(schema: unknown, uri: string, dialect: Dialect): Resource {
    const own = identifier(schema, dialect);
    const base = own === undefined ? uri : (absolute(own, uri) ?? uri);
    const resource = makeResource(base, schema, dialect, '', this.silent(schema));
    this.resources.set(uri, resource);
    this.resources.set(base, resource);
    this.scan(schema, resource, '', 0);
    return resource;
  }

  /** A metaschema that was passed in says that the validation keywords mean nothing. */
  private silent(schema: unknown): boolean {
    const name = typeof schema === 'object' && schema !== null ? (schema as Json).$schema : undefined;
    if (typeof name !== 'string' || !Object.hasOwn(this.lent, name)) return false;
    const { $vocabulary } = this.lent[name] as Json;
    return (
      typeof $vocabulary === 'object' &&
      $vocabulary !== null &&
      !Object.keys($vocabulary).some((vocabulary) => vocabulary.endsWith('/vocab/validation'))
    );
  }

  /** Finds resources and anchors wherever a subschema may stand. */
  private scan(raw: unknown, outer: Resource, pointer: string, depth: number): void {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || this.places.has(raw)) return;
    if (depth > LIMITS.schemaDepth)
      throw new GrammarError(
        'schema_too_deep',
        { limit: LIMITS.schemaDepth },
        { pointer: pointer.slice(0, 200) },
      );
    if (this.places.size >= LIMITS.schemaNodes)
      throw new GrammarError('schema_too_large', { what: 'subschemas', limit: LIMITS.schemaNodes });
    const schema = raw as Json;
    const resource = this.ownResource(schema, outer, pointer);
    this.places.set(raw, { resource, pointer });
    const alone = resource.dialect <= 7 && typeof schema.$ref === 'string';
    if (!alone) collectAnchors(schema, resource, pointer);
    for (const key of ONE) this.scan(schema[key], resource, `${pointer}/${key}`, depth + 1);
    for (const key of LISTS) {
      const list = schema[key];
      if (Array.isArray(list))
        for (const [i, item] of list.entries())
          this.scan(item, resource, `${pointer}/${key}/${i}`, depth + 1);
    }
    for (const key of MAPS) {
      const map = schema[key];
      if (typeof map !== 'object' || map === null || Array.isArray(map)) continue;
      for (const [name, item] of Object.entries(map))
        this.scan(item, resource, `${pointer}/${key}/${escapePointer(name)}`, depth + 1);
    }
  }

  private ownResource(schema: Json, outer: Resource, pointer: string): Resource {
    if (outer.root === schema) return outer;
    const id = identifier(schema, outer.dialect);
    if (id === undefined) return outer;
    const uri = absolute(id, outer.uri);
    if (uri === undefined) return outer;
    const silent = typeof schema.$schema === 'string' ? this.silent(schema) : outer.silent;
    const resource = makeResource(uri, schema, dialectOf(schema, outer.dialect), pointer, silent);
    if (!this.resources.has(uri)) this.resources.set(uri, resource);
    return resource;
  }

  private follow(resource: Resource, fragment: string): SchemaNode | undefined {
    let raw: unknown = resource.root;
    let here = resource;
    let pointer = resource.pointer;
    for (const part of fragment.slice(1).split('/')) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof raw !== 'object' || raw === null || !Object.hasOwn(raw, key)) return undefined;
      raw = (raw as Json)[key];
      pointer += `/${part}`;
      const place = typeof raw === 'object' && raw !== null ? this.places.get(raw) : undefined;
      if (place !== undefined) here = place.resource;
    }
    if (typeof raw !== 'boolean' && (typeof raw !== 'object' || raw === null || Array.isArray(raw)))
      return undefined;
    if (typeof raw === 'object' && !this.places.has(raw)) this.scan(raw, here, pointer, 0);
    return this.node(raw, here, pointer);
  }
}

function makeResource(
  uri: string,
  root: unknown,
  dialect: Dialect,
  pointer: string,
  silent: boolean,
): Resource {
  const recursiveAnchor =
    typeof root === 'object' && root !== null && (root as Json).$recursiveAnchor === true;
  return {
    uri,
    root,
    dialect,
    pointer,
    anchors: new Map(),
    dynamicAnchors: new Map(),
    recursiveAnchor,
    silent,
  };
}

function collectAnchors(schema: Json, resource: Resource, pointer: string): void {
  const { $anchor, $dynamicAnchor } = schema;
  if (typeof $anchor === 'string' && resource.dialect >= 2019)
    resource.anchors.set($anchor, { raw: schema, pointer });
  if (typeof $dynamicAnchor === 'string' && resource.dialect >= 2020)
    resource.dynamicAnchors.set($dynamicAnchor, { raw: schema, pointer });
  const id = schema[resource.dialect === 4 ? 'id' : '$id'];
  if (resource.dialect <= 7 && typeof id === 'string' && id.startsWith('#'))
    resource.anchors.set(id.slice(1), { raw: schema, pointer });
}

/** The `$id` that begins a resource. In draft-07 and before, one beside `$ref` is ignored and `#name` is an anchor. */
function identifier(schema: unknown, dialect: Dialect): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const id = (schema as Json)[dialect === 4 ? 'id' : '$id'];
  if (typeof id !== 'string' || id.startsWith('#')) return undefined;
  if (dialect <= 7 && typeof (schema as Json).$ref === 'string') return undefined;
  const address = id.replace(/#$/, '');
  return address.includes('#') || address === '' ? undefined : address;
}

function absolute(address: string, base: string): string | undefined {
  try {
    const url = new URL(address, base);
    url.hash = '';
    return url.href.replace(/#$/, '');
  } catch {
    return undefined;
  }
}

function decode(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}

export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
