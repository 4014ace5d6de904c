import { DEAD } from '../text/automaton.ts';
import { CLOSED } from '../text/decoding.ts';
import { nameOf } from '../text/name.ts';
import { ANY_BYTE } from './byte-set.ts';
import type { ObjectFrame } from './object.ts';
import type { Position, Reading } from './position.ts';

/** Inside a property's name. */
export class KeyPosition implements Position {
  readonly id: number;
  readonly final = false;
  readonly spacious = false;
  readonly bytes = ANY_BYTE;
  readonly frame: ObjectFrame;
  readonly state: number;
  /** The name's bytes so far, one character each. */
  readonly raw: string;

  private constructor(frame: ObjectFrame, state: number, raw: string) {
    this.id = frame.value.matching.nextId();
    this.frame = frame;
    this.state = state;
    this.raw = raw;
  }

  static begin(frame: ObjectFrame): KeyPosition {
    return KeyPosition.at(frame, frame.machine.start, '');
  }

  private static at(frame: ObjectFrame, state: number, raw: string): KeyPosition {
    let position = frame.keys.get(raw);
    if (position === undefined) frame.keys.set(raw, (position = new KeyPosition(frame, state, raw)));
    return position;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    const { frame } = this;
    const keys = frame.machine;
    const next = keys.step(this.state, byte);
    if (next === DEAD) return;
    if (next === CLOSED) {
      const after = frame.key(nameOf(this.raw));
      if (after !== undefined) out.push(after);
    } else if (frame.leads(next)) out.push(KeyPosition.at(frame, next, this.raw + String.fromCharCode(byte)));
  }
}
