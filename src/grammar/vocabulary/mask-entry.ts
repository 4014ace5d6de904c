export type Ids = Int32Array | readonly number[];

/** Tokens as shared bit sets and lists, less a few of them. */
export interface MaskPart {
  readonly bits: readonly Uint32Array[];
  readonly lists: readonly Ids[];
  readonly without: Ids;
}

/** The tokens allowed in a state: parts that other states share, and a few of its own. */
export interface MaskEntry {
  readonly parts: readonly MaskPart[];
  readonly own: Int32Array;
}

export const NO_IDS: Ids = [];

/** Elements that belong to the entry alone: a measure of its memory. */
export function ownSize(entry: MaskEntry): number {
  return entry.own.length + entry.parts.length * 8;
}

/** `out` beyond the vocabulary is zero. */
export function writeMask(entry: MaskEntry, out: Uint32Array): void {
  const { parts, own } = entry;
  let begun = false;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const kept = begun && part.without.length > 0 ? present(part.without, out) : NO_IDS;
    for (const bits of part.bits) {
      if (begun) unite(bits, out);
      else copy(bits, out);
      begun = true;
    }
    if (!begun) out.fill(0);
    begun = true;
    for (const list of part.lists) setAll(list, out);
    clearAll(part.without, out);
    setAll(kept, out);
  }
  if (!begun) out.fill(0);
  setAll(own, out);
}

function copy(bits: Uint32Array, out: Uint32Array): void {
  out.set(bits);
  if (out.length > bits.length) out.fill(0, bits.length);
}

export function unite(bits: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) out[i]! |= bits[i]!;
}

export function setAll(ids: Ids, out: Uint32Array): void {
  for (let i = 0; i < ids.length; i++) out[ids[i]! >>> 5]! |= 1 << (ids[i]! & 31);
}

function clearAll(ids: Ids, out: Uint32Array): void {
  for (let i = 0; i < ids.length; i++) out[ids[i]! >>> 5]! &= ~(1 << (ids[i]! & 31));
}

function present(ids: Ids, out: Uint32Array): Ids {
  const found: number[] = [];
  for (let i = 0; i < ids.length; i++)
    if (((out[ids[i]! >>> 5]! >>> (ids[i]! & 31)) & 1) === 1) found.push(ids[i]!);
  return found;
}

export function concatenated(lists: readonly Ids[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
