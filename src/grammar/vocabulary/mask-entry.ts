/** The tokens allowed in a state: shared bit sets and a few more tokens. */
export interface MaskEntry {
  readonly bases: readonly Uint32Array[];
  readonly extra: Int32Array;
}

export function writeMask(entry: MaskEntry, out: Uint32Array): void {
  const [first, ...rest] = entry.bases;
  if (first === undefined) out.fill(0);
  else {
    out.set(first);
    if (out.length > first.length) out.fill(0, first.length);
    for (const base of rest) for (let i = 0; i < base.length; i++) out[i]! |= base[i]!;
  }
  const { extra } = entry;
  for (let i = 0; i < extra.length; i++) out[extra[i]! >>> 5]! |= 1 << (extra[i]! & 31);
}
