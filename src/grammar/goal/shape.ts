import type { NumberMachine } from '../number/number-machine.ts';
import type { SchemaNode } from '../schema/node.ts';
import type { Literals } from '../text/literals.ts';
import type { StringMachine } from '../text/string-machine.ts';

/** Strings of an alternative: an automaton, and the length in code points. */
export interface StringRule {
  readonly machine: StringMachine;
  readonly min: number;
  readonly max: number;
}

/** Some property has such a name and such a value. */
export interface Need {
  readonly name: SchemaNode;
  readonly value: SchemaNode;
}

export interface ObjectRule {
  /** Schemas whose object keywords hold; each looks at its own `properties` for `additionalProperties`. */
  readonly facets: readonly SchemaNode[];
  /** Names that some keyword mentions, in the order in which they are to be written. */
  readonly names: readonly string[];
  readonly tree: Literals;
  readonly patterns: readonly string[];
  /** Names of any kind. */
  readonly keys: () => StringMachine;
  readonly required: readonly number[];
  readonly dependent: readonly { readonly when: number; readonly also: readonly number[] }[];
  /** What names must satisfy that no automaton says. */
  readonly nameNodes: readonly SchemaNode[];
  /** Some property must have such a name and such a value, for each. */
  readonly needs: readonly Need[];
  readonly min: number;
  readonly max: number;
}

export interface ArrayRule {
  readonly facets: readonly SchemaNode[];
  readonly min: number;
  readonly max: number;
  /** Items from here on all have the same goal. */
  readonly prefix: number;
  readonly unique: boolean;
  /** How many items, from one on, must satisfy a schema; `denied` is its opposite. */
  readonly contains: readonly {
    readonly node: SchemaNode;
    readonly denied: SchemaNode;
    readonly from: number;
    readonly min: number;
    readonly max: number;
  }[];
}

export type CheckedType = 'string' | 'number' | 'object' | 'array' | 'literal';

/** One alternative of a value: what its automata allow, and what is left to check when it closes. */
export interface Shape {
  readonly id: number;
  readonly null: boolean;
  readonly true: boolean;
  readonly false: boolean;
  readonly number: NumberMachine | undefined;
  readonly string: StringRule | undefined;
  readonly object: ObjectRule | undefined;
  readonly array: ArrayRule | undefined;
  /** What is left to evaluate when the value closes, by its type; none where all values of the type pass. */
  readonly checks: Readonly<Record<CheckedType, readonly SchemaNode[]>>;
}

/** What a value must be: one of the shapes. Goals for the same subschemas are the same object. */
export interface Goal {
  readonly id: number;
  readonly shapes: readonly Shape[];
}
