import { type ByteSet, byteSet } from './byte-set.ts';
import type { Position, Reading } from './position.ts';

const SPACE = byteSet(0x20);

/** After a comma or a colon, where one space belongs: `{"a": 1, "b": [2, 3]}`. */
export class OneSpace implements Position {
  readonly id: number;
  readonly bytes: ByteSet = SPACE;
  readonly spacious = false;
  readonly final = false;
  private readonly next: readonly Position[];

  constructor(id: number, next: readonly Position[]) {
    this.id = id;
    this.next = next;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    if (byte === 0x20) out.push(...this.next);
  }
}
