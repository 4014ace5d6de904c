import type { NumberRule } from '../number/number-rule.ts';
import type { PatternPart } from '../regex/compile.ts';
import type { Syntax } from '../regex/syntax.ts';

/** Bits of the JSON types. An integer is a number whose rule says so. */
export const TYPE = { null: 1, boolean: 2, number: 4, string: 8, object: 16, array: 32 } as const;
export const ALL_TYPES = 63;

export type Dialect = 4 | 6 | 7 | 2019 | 2020;

export interface Pattern {
  readonly source: string;
  readonly syntax: Syntax;
}

/** One subschema, read and checked; what it refers to is found through `Documents`. */
export interface SchemaNode {
  readonly id: number;
  readonly pointer: string;
  readonly resource: Resource;
  /** `true` and `false` are schemas. */
  readonly never?: boolean;
  readonly ref?: () => SchemaNode;
  /** What `$dynamicRef` (or `$recursiveRef`) names, and the anchor by which an outer resource may replace it. */
  readonly dynamicRef?: { readonly target: () => SchemaNode; readonly anchor: string | undefined };
  readonly types?: number;
  /** Only `integer`, not `number`, was listed. */
  readonly integer?: boolean;
  readonly values?: readonly unknown[];
  readonly number?: NumberRule;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly grammar?: string;
  readonly properties?: ReadonlyMap<string, SchemaNode>;
  readonly patternProperties?: readonly { readonly source: string; readonly node: SchemaNode }[];
  readonly additionalProperties?: SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly dependentRequired?: ReadonlyMap<string, readonly string[]>;
  readonly dependentSchemas?: ReadonlyMap<string, SchemaNode>;
  readonly unevaluatedProperties?: SchemaNode;
  readonly prefixItems?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly contains?: SchemaNode;
  readonly minContains?: number;
  readonly maxContains?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly unevaluatedItems?: SchemaNode;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly if?: SchemaNode;
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;

  // What no keyword says, for what keywords mean in other keywords.
  /** The value equals none of these. */
  readonly notValues?: readonly unknown[];
  /** The same, of the items before in an array that repeats none. */
  readonly notItems?: readonly unknown[];
  /** A string matches, or does not. */
  readonly part?: PatternPart;
  /** A pattern that no automaton has; it is judged when the string closes. */
  readonly checkedPattern?: string;
  /** Some property has such a name and such a value. */
  readonly someProperty?: { readonly name: SchemaNode; readonly value: SchemaNode };
  /** `contains` counts from this item on. */
  readonly containsFrom?: number;
  /** Nothing is known of it before the value closes. */
  readonly opaque?: SchemaNode;
}

/** A schema document, or a part of one with an `$id` of its own. */
export interface Resource {
  readonly uri: string;
  readonly root: unknown;
  readonly dialect: Dialect;
  readonly pointer: string;
  readonly anchors: Map<string, { raw: unknown; pointer: string }>;
  readonly dynamicAnchors: Map<string, { raw: unknown; pointer: string }>;
  readonly recursiveAnchor: boolean;
  /** Its metaschema's `$vocabulary` leaves the validation keywords out: they are annotations. */
  readonly silent: boolean;
}
