import type { StringRule } from '../goal/shape.ts';
import { DEAD } from '../text/automaton.ts';
import { CLOSED } from '../text/decoding.ts';
import { ANY_BYTE } from './byte-set.ts';
import type { Position, Reading } from './position.ts';
import { close, type OpenValue } from './value.ts';

/** The positions inside one string. */
export class StringFamily {
  readonly value: OpenValue;
  readonly rule: StringRule;
  readonly counted: boolean;
  private readonly positions = new Map<number, StringPosition>();

  constructor(value: OpenValue, rule: StringRule) {
    this.value = value;
    this.rule = rule;
    this.counted = rule.min > 0 || rule.max < Number.POSITIVE_INFINITY;
  }

  get start(): StringPosition {
    return this.at(this.rule.machine.start, 0);
  }

  at(state: number, count: number): StringPosition {
    const { min, max } = this.rule;
    const counted = !this.counted ? 0 : max === Number.POSITIVE_INFINITY ? Math.min(count, min) : count;
    const key = state * 0x1000000 + counted;
    let position = this.positions.get(key);
    if (position === undefined)
      this.positions.set(key, (position = new StringPosition(this, state, counted)));
    return position;
  }

  /** The length can still come right. */
  fits(state: number, count: number): boolean {
    if (!this.counted) return true;
    const { machine, min, max } = this.rule;
    return count + machine.least(state) <= max && count + machine.most(state) >= min;
  }
}

export class StringPosition implements Position {
  readonly id: number;
  readonly final = false;
  readonly spacious = false;
  readonly bytes = ANY_BYTE;
  readonly family: StringFamily;
  readonly state: number;
  /** Code points read, where they are counted. */
  readonly count: number;

  constructor(family: StringFamily, state: number, count: number) {
    this.id = family.value.matching.nextId();
    this.family = family;
    this.state = state;
    this.count = count;
  }

  /** How it ends depends on the text. */
  get checked(): boolean {
    return this.family.value.shape.checks.string.length > 0;
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    const { family, state } = this;
    const { machine, min, max } = family.rule;
    const next = machine.step(state, byte);
    if (next === DEAD) return;
    const count = this.count + machine.completed(state, byte);
    if (next === CLOSED) {
      if (!family.counted || (count >= min && count <= max))
        out.push(...close(family.value, 'string', reading));
    } else if (family.fits(next, count)) out.push(family.at(next, count));
  }
}
