import type { ArrayRule } from '../goal/shape.ts';
import { isSpace } from '../text/space.ts';
import { byteSet, SPACES } from './byte-set.ts';
import type { Frame } from './frame.ts';
import { Up } from './matching.ts';
import type { Position, Reading } from './position.ts';
import { close, type OpenValue } from './value.ts';

/** One array: its frames by the number of items before, as far as that number makes a difference. */
export class ArrayFamily {
  readonly value: OpenValue;
  readonly rule: ArrayRule;
  private readonly frames = new Map<number, ArrayFrame>();

  constructor(value: OpenValue, rule: ArrayRule) {
    this.value = value;
    this.rule = rule;
  }

  begin(): readonly Position[] {
    const out: Position[] = [];
    if (this.rule.min === 0) out.push(new CloseArray(this.value));
    if (this.takes(0)) out.push(this.item(0));
    return out;
  }

  /** The position of the item with an index; its frame counts it as read. */
  item(index: number): Position {
    const { matching } = this.value;
    return this.frame(index + 1).alone.value(matching.goals.item(this.rule, index));
  }

  takes(index: number): boolean {
    const { goals } = this.value.matching;
    return index < this.rule.max && goals.possible(goals.item(this.rule, index));
  }

  private frame(count: number): ArrayFrame {
    const { min, max, prefix } = this.rule;
    const counted = max === Number.POSITIVE_INFINITY ? Math.min(count, Math.max(min, prefix + 1)) : count;
    let frame = this.frames.get(counted);
    if (frame === undefined) this.frames.set(counted, (frame = new ArrayFrame(this, counted)));
    return frame;
  }
}

class ArrayFrame implements Frame {
  readonly id: number;
  readonly depth: number;
  readonly alone: Up;
  private readonly after: readonly Position[];

  constructor(family: ArrayFamily, count: number) {
    const { matching, up } = family.value;
    this.id = matching.nextId();
    this.depth = up.depth + 1;
    this.alone = new Up(matching, [this]);
    this.after = [new AfterItem(family, count)];
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
  private next: readonly Position[] | undefined;

  constructor(family: ArrayFamily, count: number) {
    this.id = family.value.matching.nextId();
    this.spacious = family.value.matching.flexible;
    this.family = family;
    this.count = count;
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    const { family, count } = this;
    if (byte === 0x5d) {
      if (count >= family.rule.min) out.push(...close(family.value, 'array', reading));
    } else if (byte === 0x2c) out.push(...(this.next ??= family.takes(count) ? [family.item(count)] : []));
    else if (family.value.matching.flexible && isSpace(byte)) out.push(this);
  }
}
