import { concatenated, type Ids, type MaskEntry, type MaskPart, NO_IDS } from '../vocabulary/mask-entry.ts';

/** Shorter lists are copied: a reference would cost more. */
const SHORT = 8;

/** Gathers the tokens of a mask. What other masks share is kept by reference. */
export class MaskBuilder {
  readonly own: number[] = [];
  private readonly bits = new Set<Uint32Array>();
  private readonly lists = new Set<Ids>();
  private readonly parts: MaskPart[] = [];

  push(ids: Ids): void {
    for (let i = 0; i < ids.length; i++) this.own.push(ids[i]!);
  }

  share(ids: Ids): void {
    if (ids.length <= SHORT) this.push(ids);
    else this.lists.add(ids);
  }

  add(part: MaskPart): void {
    if (part.without.length > 0) {
      this.parts.push(part);
      return;
    }
    for (const bits of part.bits) this.bits.add(bits);
    for (const list of part.lists) this.share(list);
  }

  addEntry(entry: MaskEntry): void {
    for (const part of entry.parts) this.add(part);
    this.share(entry.own);
  }

  /** A part and an entry but for some tokens. */
  addBut(without: Ids, part: MaskPart, entry: MaskEntry): void {
    if (without.length === 0) {
      this.add(part);
      this.addEntry(entry);
      return;
    }
    const bits = [...part.bits];
    const lists = [...part.lists, entry.own];
    for (const other of entry.parts) {
      if (other.without.length > 0)
        this.parts.push({ ...other, without: concatenated([other.without, without]) });
      else {
        bits.push(...other.bits);
        lists.push(...other.lists);
      }
    }
    this.parts.push({ bits, lists, without });
  }

  finish(): MaskEntry {
    const parts = [...this.parts];
    if (this.bits.size > 0 || this.lists.size > 0)
      parts.push({ bits: [...this.bits], lists: [...this.lists], without: NO_IDS });
    return { parts, own: new Int32Array(this.own) };
  }
}
