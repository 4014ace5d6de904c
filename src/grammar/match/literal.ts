import { type ByteSet, byteSet } from './byte-set.ts';
import type { Position, Reading } from './position.ts';
import { close, type OpenValue } from './value.ts';

/** Inside `true`, `false` or `null`. */
export class LiteralPosition implements Position {
  readonly id: number;
  readonly final = false;
  private readonly value: OpenValue;
  private readonly text: string;
  private readonly at: number;
  readonly spacious = false;
  readonly bytes: ByteSet;
  private next: LiteralPosition | undefined;

  constructor(value: OpenValue, text: string, at: number) {
    this.id = value.matching.nextId();
    this.value = value;
    this.text = text;
    this.at = at;
    this.bytes = byteSet(text.charCodeAt(at));
  }

  step(byte: number, reading: Reading, out: Position[]): void {
    if (byte !== this.text.charCodeAt(this.at)) return;
    if (this.at === this.text.length - 1) out.push(...close(this.value, 'literal', reading));
    else out.push((this.next ??= new LiteralPosition(this.value, this.text, this.at + 1)));
  }
}
