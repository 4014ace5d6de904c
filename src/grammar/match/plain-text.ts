import { DEAD } from '../text/automaton.ts';
import type { StringMachine } from '../text/string-machine.ts';
import { ANY_BYTE } from './byte-set.ts';
import type { Matching } from './matching.ts';
import type { Position, Reading } from './position.ts';

/** Inside a text that a grammar describes as it is, not as JSON. */
export class TextPosition implements Position {
  readonly id: number;
  readonly bytes = ANY_BYTE;
  readonly spacious = false;
  readonly final: boolean;
  readonly machine: StringMachine;
  readonly state: number;
  private readonly matching: Matching;
  private readonly family: Map<number, TextPosition>;

  constructor(
    matching: Matching,
    machine: StringMachine,
    state: number,
    family = new Map<number, TextPosition>(),
  ) {
    this.id = matching.nextId();
    this.matching = matching;
    this.machine = machine;
    this.state = state;
    this.family = family;
    this.final = machine.ends(state)?.every(Boolean) ?? false;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    const next = this.machine.step(this.state, byte);
    if (next === DEAD) return;
    let position = this.family.get(next);
    if (position === undefined) {
      position = new TextPosition(this.matching, this.machine, next, this.family);
      this.family.set(next, position);
    }
    out.push(position);
  }
}
