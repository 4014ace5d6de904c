import { type Ids, type MaskPart, NO_IDS } from './mask-entry.ts';

/** More tokens than this are kept as a bit set, fewer as a list: about where writing the two takes equally long. */
export const FEW = 768;

/** Tokens being gathered: a list until they are many, then bits. */
export class TokenSet {
  count = 0;
  private readonly words: number;
  private readonly ids: number[] = [];
  private bits: Uint32Array | undefined;

  /** `words`: 32-bit words of a mask. */
  constructor(words: number) {
    this.words = words;
  }

  /** The tokens of a list from one index to another. */
  add(tokens: Int32Array, from: number, to: number): void {
    const count = this.count + to - from;
    if (this.bits === undefined) {
      if (count <= FEW) {
        for (let i = from; i < to; i++) this.ids.push(tokens[i]!);
        this.count = count;
        return;
      }
      this.bits = new Uint32Array(this.words);
      setRange(this.bits, this.ids, 0, this.count);
    }
    this.count = count;
    setRange(this.bits, tokens, from, to);
  }

  get part(): MaskPart {
    return this.bits === undefined
      ? { bits: [], lists: [new Int32Array(this.ids)], without: NO_IDS }
      : { bits: [this.bits], lists: [], without: NO_IDS };
  }
}

function setRange(bits: Uint32Array, ids: Ids, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const id = ids[i]!;
    bits[id >>> 5]! |= 1 << (id & 31);
  }
}
