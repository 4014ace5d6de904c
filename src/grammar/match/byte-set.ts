/** A set of bytes, 256 bits. Over-approximates what a position may read next, so that most branches need no step. */
export type ByteSet = Uint32Array;

export function byteSet(...bytes: readonly number[]): ByteSet {
  const set = new Uint32Array(8);
  for (const byte of bytes) set[byte >> 5]! |= 1 << (byte & 31);
  return set;
}

export function hasByte(set: ByteSet, byte: number): boolean {
  return ((set[byte >> 5]! >>> (byte & 31)) & 1) === 1;
}

export function unite(sets: readonly ByteSet[]): ByteSet {
  if (sets.length === 1) return sets[0]!;
  const out = new Uint32Array(8);
  for (const set of sets) for (let i = 0; i < 8; i++) out[i]! |= set[i]!;
  return out;
}

export const ANY_BYTE: ByteSet = new Uint32Array(8).fill(0xffffffff);
export const SPACES = [0x20, 0x0a, 0x0d, 0x09] as const;
export const NUMERIC = [...'0123456789-+.eE'].map((char) => char.charCodeAt(0));
