import { TenonError } from '../errors.ts';
import { dialectOf, identityKeyword } from './dialect.ts';
import { type Place, placeInside, placeUnder } from './keywords.ts';
import { SCHEMA_LIMITS, type SchemaLimits } from './limits.ts';
import { pointerTo } from './pointer.ts';
import { checkReferences, type Reference, ROOT_BASE, resolveUri } from './references.ts';
import type { JsonSchema } from './types.ts';

/**
 * Makes untrusted data a schema that is safe to hand to a compiler: plain JSON, within limits, referring to
 * nothing outside itself. Whether its keywords make sense is the compiler's question. The error's `param` is
 * the JSON Pointer into the schema.
 *
 * Throws `schema_invalid`, `schema_too_large`, `schema_too_deep`, `schema_ref_remote`,
 * `schema_dialect_unknown`.
 */
export function boundSchema(schema: unknown, limits: Partial<SchemaLimits> = {}): JsonSchema {
  const walk = new Walk({ ...SCHEMA_LIMITS, ...limits }, identityKeyword(dialectOf(schema)));
  if (
    typeof schema !== 'boolean' &&
    (typeof schema !== 'object' || schema === null || Array.isArray(schema))
  ) {
    throw invalid('a schema is an object or a boolean', '');
  }
  walk.visit(schema, 'schema', '', 0, ROOT_BASE);
  walk.finish(schema);
  return schema as JsonSchema;
}

class Walk {
  readonly #limits: SchemaLimits;
  readonly #identity: 'id' | '$id';
  readonly #references: Reference[] = [];
  readonly #resources = new Set<string>([ROOT_BASE]);
  #nodes = 0;

  constructor(limits: SchemaLimits, identity: 'id' | '$id') {
    this.#limits = limits;
    this.#identity = identity;
  }

  visit(value: unknown, place: Place, pointer: string, depth: number, base: string): void {
    if (depth > this.#limits.depth)
      throw new TenonError('schema_too_deep', { limit: this.#limits.depth }, { param: pointer });
    if (++this.#nodes > this.#limits.nodes) throw tooLarge('more values', this.#limits.nodes, pointer);
    if (Array.isArray(value)) {
      this.#visitArray(value, place, pointer, depth, base);
    } else if (typeof value === 'object' && value !== null) {
      this.#visitObject(value as Record<string, unknown>, place, pointer, depth, base);
    } else if (!isJsonScalar(value)) {
      throw invalid(`a value of type ${typeof value} is not JSON`, pointer);
    }
  }

  finish(schema: unknown): void {
    checkReferences(this.#references, this.#resources);
    if (Buffer.byteLength(JSON.stringify(schema)) > this.#limits.bytes) {
      throw tooLarge('more bytes', this.#limits.bytes, '');
    }
  }

  #visitArray(value: readonly unknown[], place: Place, pointer: string, depth: number, base: string): void {
    for (let i = 0; i < value.length; i++) {
      const inside = place === 'schema' ? 'data' : placeInside(place, value[i]);
      this.visit(value[i], inside, pointerTo(pointer, i), depth + 1, base);
    }
  }

  #visitObject(
    value: Record<string, unknown>,
    place: Place,
    pointer: string,
    depth: number,
    base: string,
  ): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null)
      throw invalid('an object is not plain JSON', pointer);
    const keys = Object.keys(value);
    if (place !== 'data' && keys.length > this.#limits.properties) {
      throw tooLarge('more members in one object', this.#limits.properties, pointer);
    }
    const innerBase = place === 'schema' ? this.#noteIdentity(value, pointer, base) : base;
    for (const key of keys) {
      const at = pointerTo(pointer, key);
      if (key === '__proto__') throw invalid('a member may not be called __proto__', at);
      const child = value[key];
      if (place === 'schema') this.#checkKeyword(key, child, at, innerBase);
      if (place === 'map' && pointer.endsWith('/patternProperties')) this.#checkPattern(key, at);
      const inside = place === 'schema' ? placeUnder(key, child) : placeInside(place, child);
      this.visit(child, inside, at, depth + 1, innerBase);
    }
  }

  /** Notes the resource that `$id` (`id` in draft-04) names, and gives the base of the references under it. */
  #noteIdentity(schema: Record<string, unknown>, pointer: string, base: string): string {
    const identity = schema[this.#identity];
    if (typeof identity !== 'string') return base;
    const uri = resolveUri(identity, base);
    if (uri === null) {
      throw invalid(`${this.#identity} is not a URI`, pointerTo(pointer, this.#identity));
    }
    this.#resources.add(uri);
    return identity.startsWith('#') ? base : uri;
  }

  #checkKeyword(keyword: string, value: unknown, pointer: string, base: string): void {
    if (keyword === '$async') throw invalid('$async is not part of JSON Schema', pointer);
    if (keyword === 'pattern' && typeof value === 'string') this.#checkPattern(value, pointer);
    if (keyword === 'enum' && Array.isArray(value) && value.length > this.#limits.enumValues) {
      throw tooLarge('more enum values', this.#limits.enumValues, pointer);
    }
    if (
      (keyword === '$ref' || keyword === '$dynamicRef' || keyword === '$recursiveRef') &&
      typeof value === 'string'
    ) {
      this.#references.push({ ref: value, base, pointer });
    }
  }

  #checkPattern(pattern: string, pointer: string): void {
    if (pattern.length > this.#limits.patternLength) {
      throw tooLarge('a longer pattern', this.#limits.patternLength, pointer);
    }
  }
}

function isJsonScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function invalid(reason: string, pointer: string): TenonError {
  return new TenonError('schema_invalid', { reason }, { param: pointer });
}

function tooLarge(what: string, limit: number, pointer: string): TenonError {
  return new TenonError('schema_too_large', { what, limit }, { param: pointer });
}
