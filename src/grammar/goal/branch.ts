import { ANY_NUMBER, both, type NumberRule } from '../number/number-rule.ts';
import type { PatternTerm } from '../regex/compile.ts';
import { ALL_TYPES, type SchemaNode } from '../schema/node.ts';
import type { Alternatives } from './deny.ts';

/** Alternatives of which one must hold, until there would be too many branches; then it is checked at the end. */
export interface Choice {
  readonly options: Alternatives;
  readonly check: () => SchemaNode;
  readonly most: number;
}

/** An alternative while its keywords are being gathered. */
export class Branch {
  types = ALL_TYPES;
  number: NumberRule = ANY_NUMBER;
  values: readonly unknown[] | undefined;
  min = 0;
  max = Number.POSITIVE_INFINITY;
  parts: PatternTerm[] = [];
  formats: string[] = [];
  grammars: string[] = [];
  objects: SchemaNode[] = [];
  arrays: SchemaNode[] = [];
  excluded: unknown[] = [];
  repeated: string[] = [];
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
    copy.excluded = [...this.excluded];
    copy.repeated = [...this.repeated];
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
