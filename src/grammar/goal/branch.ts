import { ANY_NUMBER, both, type NumberRule } from '../number/number-rule.ts';
import type { PatternPart } from '../regex/compile.ts';
import { ALL_TYPES, type SchemaNode } from '../schema/node.ts';

/** Alternatives of which one must hold: each a list of subschemas. */
export type Choice = readonly (readonly SchemaNode[])[];

/** An alternative while its keywords are being gathered. */
export class Branch {
  types = ALL_TYPES;
  number: NumberRule = ANY_NUMBER;
  values: readonly unknown[] | undefined;
  min = 0;
  max = Number.POSITIVE_INFINITY;
  parts: PatternPart[] = [];
  formats: string[] = [];
  grammars: string[] = [];
  objects: SchemaNode[] = [];
  arrays: SchemaNode[] = [];
  nameNodes: SchemaNode[] = [];
  checks: SchemaNode[] = [];
  choices: Choice[] = [];
  seen = new Set<SchemaNode>();
  dead = false;
  /** How many alternatives share the value already. */
  width = 1;

  copy(): Branch {
    const copy = new Branch();
    copy.types = this.types;
    copy.number = this.number;
    copy.values = this.values;
    copy.min = this.min;
    copy.max = this.max;
    copy.parts = [...this.parts];
    copy.formats = [...this.formats];
    copy.grammars = [...this.grammars];
    copy.objects = [...this.objects];
    copy.arrays = [...this.arrays];
    copy.nameNodes = [...this.nameNodes];
    copy.checks = [...this.checks];
    copy.choices = [...this.choices];
    copy.seen = new Set(this.seen);
    copy.width = this.width;
    return copy;
  }

  narrow(rule: NumberRule): void {
    this.number = both(this.number, rule);
  }
}
