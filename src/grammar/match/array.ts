import type { ArrayPlan } from '../goal/array-plan.ts';
import type { ArrayRule, Goal } from '../goal/shape.ts';
import type { SchemaNode } from '../schema/node.ts';
import { isSpace } from '../text/space.ts';
import { byteSet, SPACES } from './byte-set.ts';
import type { Frame } from './frame.ts';
import { Up } from './matching.ts';
import type { Position, Reading } from './position.ts';
import { itemsBefore } from './text.ts';
import { close, type OpenValue } from './value.ts';

/** One array: its frames by the number of items before, as far as that number makes a difference. */
export class ArrayFamily {
  readonly value: OpenValue;
  readonly rule: ArrayRule;
  readonly plan: ArrayPlan;
  private readonly frames = new Map<string, ArrayFrame>();
  private readonly besides = new Map<string, SchemaNode>();

  constructor(value: OpenValue, rule: ArrayRule) {
    this.value = value;
    this.rule = rule;
    this.plan = value.matching.goals.plan(rule);
  }

  begin(): readonly Position[] {
    const { plan } = this;
    const out: Position[] = plan.closable(0, plan.start) ? [new CloseArray(this.value)] : [];
    out.push(...this.items(0, plan.start, []));
    return out;
  }

  /** The positions of the item with an index; their frames count it as read. `before`: the items, where they matter. */
  items(index: number, counts: readonly number[], before: readonly unknown[]): readonly Position[] {
    return this.plan
      .options(index, counts, before.length === 0 ? [] : [this.beside(before)])
      .filter(({ goal }) => !this.rule.unique || this.varied(goal, index + 1))
      .map(({ goal, counts: after }) => this.frame(index + 1, after).alone.value(goal));
  }

  /** Enough different items are left for those that must still come; an array's last one needs only be there. */
  private varied(goal: Goal, count: number): boolean {
    const more = this.rule.min - count;
    if (more <= 0 || count <= this.rule.prefix) return true;
    return this.value.matching.goals.different(goal, more + 1) > more;
  }

  private beside(before: readonly unknown[]): SchemaNode {
    const key = JSON.stringify(before);
    let node = this.besides.get(key);
    if (node === undefined) this.besides.set(key, (node = this.value.matching.goals.other(before)));
    return node;
  }

  private frame(count: number, counts: readonly number[]): ArrayFrame {
    const { min, max, prefix } = this.rule;
    const counted = max === Number.POSITIVE_INFINITY ? Math.min(count, Math.max(min, prefix + 1)) : count;
    const key = `${counted};${counts.join()}`;
    let frame = this.frames.get(key);
    if (frame === undefined) this.frames.set(key, (frame = new ArrayFrame(this, counted, counts)));
    return frame;
  }
}

class ArrayFrame implements Frame {
  readonly id: number;
  readonly depth: number;
  readonly alone: Up;
  private readonly after: readonly Position[];

  constructor(family: ArrayFamily, count: number, counts: readonly number[]) {
    const { matching, up } = family.value;
    this.id = matching.nextId();
    this.depth = up.depth + 1;
    this.alone = new Up(matching, [this]);
    this.after = [new AfterItem(family, count, counts)];
  }

  done(): readonly Position[] {
    return this.after;
  }
}

const CLOSE = byteSet(0x5d, ...SPACES);
const AFTER = byteSet(0x5d, 0x2c, ...SPACES);

class CloseArray implements Position {
  readonly id: number;
  readonly bytes = CLOSE;
  readonly spacious: boolean;
  readonly final = false;
  private readonly value: OpenValue;

  constructor(value: OpenValue) {
    this.id = value.matching.nextId();
    this.spacious = value.matching.flexible;
    this.value = value;
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    if (byte === 0x5d) out.push(...close(this.value, 'array', reading));
    else if (this.value.matching.flexible && isSpace(byte)) out.push(this);
  }
}

class AfterItem implements Position {
  readonly id: number;
  readonly bytes = AFTER;
  readonly spacious: boolean;
  readonly final = false;
  private readonly family: ArrayFamily;
  private readonly count: number;
  private readonly counts: readonly number[];
  private next: readonly Position[] | undefined;

  constructor(family: ArrayFamily, count: number, counts: readonly number[]) {
    this.id = family.value.matching.nextId();
    this.spacious = family.value.matching.flexible;
    this.family = family;
    this.count = count;
    this.counts = counts;
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    const { family, count, counts } = this;
    if (byte === 0x5d) {
      if (family.plan.closable(count, counts)) out.push(...close(family.value, 'array', reading));
    } else if (byte === 0x2c) {
      const next = family.rule.unique ? this.others(reading) : this.following;
      out.push(...family.value.matching.separated(next));
    } else if (family.value.matching.flexible && isSpace(byte)) out.push(this);
  }

  private get following(): readonly Position[] {
    return (this.next ??= this.family.items(this.count, this.counts, []));
  }

  /** The next item is none of those before, which only the text knows. */
  private others(reading: Reading): readonly Position[] {
    if (this.following.length === 0) return [];
    reading.looked = true;
    return reading.blind ? [] : this.family.items(this.count, this.counts, itemsBefore(reading));
  }
}
