import type { NumberMachine, NumberState } from '../number/number-machine.ts';
import { ANY_BYTE } from './byte-set.ts';
import type { Up } from './matching.ts';
import type { Position, Reading } from './position.ts';
import type { OpenValue } from './value.ts';

/** Inside a number, which ends where something else begins. */
export class NumberPosition implements Position {
  readonly id: number;
  readonly spacious = false;
  readonly bytes = ANY_BYTE;
  readonly machine: NumberMachine;
  readonly state: NumberState;
  private readonly value: OpenValue;
  private readonly next = new Map<string, NumberPosition>();

  constructor(value: OpenValue, machine: NumberMachine, state: NumberState) {
    this.id = value.matching.nextId();
    this.value = value;
    this.machine = machine;
    this.state = state;
  }

  get checked(): boolean {
    return this.value.shape.checks.number.length > 0;
  }

  get up(): Up {
    return this.value.up;
  }

  get final(): boolean {
    return this.after(this.state).some((position) => position.final);
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    const state = this.machine.step(this.state, byte);
    if (state !== null) {
      let next = this.next.get(state.text);
      if (next === undefined)
        this.next.set(state.text, (next = new NumberPosition(this.value, this.machine, state)));
      out.push(next);
      return;
    }
    for (const position of this.after(this.state)) position.step(byte, reading, out);
  }

  /** Where the text is if the number ends with a state. */
  after(state: NumberState): readonly Position[] {
    if (!state.ends) return [];
    const { shape, matching, up } = this.value;
    if (shape.checks.number.length > 0 && !matching.goals.holds(shape.checks.number, Number(state.text)))
      return [];
    return up.done();
  }
}
