import type { CheckedType, Goal, Shape } from '../goal/shape.ts';
import { LIMITS } from '../limits.ts';
import { isSpace } from '../text/space.ts';
import { ArrayFamily } from './array.ts';
import { type ByteSet, byteSet, SPACES, unite } from './byte-set.ts';
import { LiteralPosition } from './literal.ts';
import type { Matching, Up } from './matching.ts';
import { NumberPosition } from './number.ts';
import { ObjectFrame } from './object.ts';
import type { Position, Reading } from './position.ts';
import { StringFamily } from './string.ts';
import { lastValue } from './text.ts';

/** Before the first byte of a value. */
export class ValuePosition implements Position {
  readonly id: number;
  readonly goal: Goal;
  readonly up: Up;
  readonly final = false;
  readonly bytes: ByteSet;
  readonly spacious: boolean;
  private readonly matching: Matching;
  private readonly starts = new Map<number, readonly Position[]>();

  constructor(matching: Matching, goal: Goal, up: Up) {
    this.id = matching.nextId();
    this.matching = matching;
    this.goal = goal;
    this.spacious = matching.flexible;
    this.bytes = unite([byteSet(...(matching.flexible ? SPACES : [])), ...goal.shapes.map(firstBytes)]);
    this.up = up;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    if (this.matching.flexible && isSpace(byte)) {
      out.push(this);
      return;
    }
    let begun = this.starts.get(byte);
    if (begun === undefined)
      this.starts.set(byte, (begun = this.goal.shapes.flatMap((shape) => this.begin(shape, byte))));
    out.push(...begun);
  }

  private begin(shape: Shape, byte: number): readonly Position[] {
    const { matching } = this;
    const value: OpenValue = { matching, shape, up: this.up };
    if (byte === 0x22) return shape.string === undefined ? [] : [new StringFamily(value, shape.string).start];
    if (byte === 0x7b)
      return shape.object !== undefined &&
        this.up.depth < LIMITS.valueDepth &&
        matching.goals.objectPossible(shape)
        ? [ObjectFrame.begin(value, shape.object)]
        : [];
    if (byte === 0x5b)
      return shape.array !== undefined &&
        this.up.depth < LIMITS.valueDepth &&
        matching.goals.arrayPossible(shape)
        ? new ArrayFamily(value, shape.array).begin()
        : [];
    if (byte === 0x74) return shape.true ? [new LiteralPosition(value, 'true', 1)] : [];
    if (byte === 0x66) return shape.false ? [new LiteralPosition(value, 'false', 1)] : [];
    if (byte === 0x6e) return shape.null ? [new LiteralPosition(value, 'null', 1)] : [];
    if (shape.number === undefined) return [];
    const state = shape.number.step(shape.number.start, byte);
    return state === null ? [] : [new NumberPosition(value, shape.number, state)];
  }
}

const DIGITS = [...'-0123456789'].map((char) => char.charCodeAt(0));

function firstBytes(shape: Shape): ByteSet {
  const bytes: number[] = [];
  if (shape.string !== undefined) bytes.push(0x22);
  if (shape.object !== undefined) bytes.push(0x7b);
  if (shape.array !== undefined) bytes.push(0x5b);
  if (shape.true) bytes.push(0x74);
  if (shape.false) bytes.push(0x66);
  if (shape.null) bytes.push(0x6e);
  if (shape.number !== undefined) bytes.push(...DIGITS);
  return byteSet(...bytes);
}

/** A value that is being written: its alternative, and where it stands. */
export interface OpenValue {
  readonly matching: Matching;
  readonly shape: Shape;
  readonly up: Up;
}

/** What follows when a value's last byte has been read; nothing where a check denies the value. */
export function close(value: OpenValue, type: CheckedType, reading: Reading): readonly Position[] {
  const checks = value.shape.checks[type];
  if (checks.length > 0) {
    reading.looked = true;
    if (reading.blind) return [];
    if (!value.matching.goals.holds(checks, lastValue(reading))) return [];
  }
  return value.up.done();
}
