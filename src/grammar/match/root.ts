import { isSpace } from '../text/space.ts';
import { type ByteSet, byteSet, SPACES } from './byte-set.ts';
import type { Frame } from './frame.ts';
import { type Matching, Up } from './matching.ts';
import type { Position, Reading } from './position.ts';

/** Around the whole value: what must be written before it, and after. */
export class RootFrame implements Frame {
  readonly id: number;
  readonly depth = 0;
  readonly alone: Up;
  private readonly end: readonly Position[];

  constructor(matching: Matching, suffix: Uint8Array) {
    this.id = matching.nextId();
    this.alone = new Up(matching, [this]);
    this.end = [new Fixed(matching, suffix, 0, undefined)];
  }

  done(): readonly Position[] {
    return this.end;
  }
}

/** Fixed bytes, then another position or the end of the text. */
export class Fixed implements Position {
  readonly id: number;
  readonly bytes: ByteSet;
  readonly spacious: boolean;
  readonly final: boolean;
  private readonly matching: Matching;
  private readonly text: Uint8Array;
  private readonly at: number;
  private readonly follower: Position | undefined;
  private next: Position | undefined;

  constructor(matching: Matching, bytes: Uint8Array, at: number, follower: Position | undefined) {
    this.id = matching.nextId();
    this.spacious = matching.flexible && follower === undefined && (at === 0 || at === bytes.length);
    this.matching = matching;
    this.text = bytes;
    this.at = at;
    this.bytes = at < bytes.length ? byteSet(bytes[at]!, ...SPACES) : byteSet(...SPACES);
    this.follower = follower;
    this.final = follower === undefined && at === bytes.length;
  }

  step(byte: number, _reading: Reading, out: Position[]): void {
    if (this.at < this.text.length && byte === this.text[this.at]) {
      const last = this.at + 1 === this.text.length && this.follower !== undefined;
      out.push(
        (this.next ??= last
          ? this.follower!
          : new Fixed(this.matching, this.text, this.at + 1, this.follower)),
      );
    } else if (
      this.matching.flexible &&
      this.follower === undefined &&
      isSpace(byte) &&
      (this.at === 0 || this.at === this.text.length)
    )
      out.push(this);
  }
}
