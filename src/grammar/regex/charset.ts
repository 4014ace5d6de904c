/** A set of code points: sorted, disjoint, inclusive ranges `[lo, hi, lo, hi, …]`. */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
export const ANY: CharSet = [0, MAX_CODE_POINT];

export function normalize(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of sorted) {
    const last = out.length - 1;
    if (last > 0 && lo <= out[last]! + 1) out[last] = Math.max(out[last]!, hi);
    else out.push(lo, hi);
  }
  return out;
}

export function union(...sets: readonly CharSet[]): CharSet {
  return normalize(sets.flatMap(pairs));
}

export function negate(set: CharSet): CharSet {
  const out: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > from) out.push(from, set[i]! - 1);
    from = set[i + 1]! + 1;
  }
  if (from <= MAX_CODE_POINT) out.push(from, MAX_CODE_POINT);
  return out;
}

export function contains(set: CharSet, code: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (code < set[i]!) return false;
    if (code <= set[i + 1]!) return true;
  }
  return false;
}

export function single(code: number): CharSet {
  return [code, code];
}

function pairs(set: CharSet): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i]!, set[i + 1]!]);
  return out;
}

export const DIGIT: CharSet = [0x30, 0x39];
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** ECMA-262's WhiteSpace and LineTerminator. */
export const SPACE: CharSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f,
  0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];
/** What `.` matches without the s flag. */
export const DOT: CharSet = negate([0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029]);

const properties = new Map<string, CharSet>();

/** `\p{…}`; undefined for a property that ECMA-262 does not have. The runtime's own tables are the source. */
export function unicodeProperty(name: string): CharSet | undefined {
  const known = properties.get(name);
  if (known !== undefined) return known;
  let runs: RegExp;
  try {
    runs = new RegExp(`\\p{${name}}+`, 'gu');
  } catch {
    return undefined;
  }
  const found: [number, number][] = [];
  for (const { text, at } of planes()) {
    for (const { index, 0: run } of text.matchAll(runs)) {
      const first = at(index);
      found.push([first, at(index + run.length) - 1]);
    }
  }
  const out = normalize(found);
  properties.set(name, out);
  return out;
}

interface Plane {
  /** Code points in ascending order, all of one length in UTF-16. */
  readonly text: string;
  /** The code point at an index. */
  readonly at: (index: number) => number;
}

/** All code points, a plane at a time: half surrogates side by side would be read as pairs. */
function* planes(): Generator<Plane> {
  const text = (from: number, to: number): string => {
    const units = new Uint16Array((to - from) * (from < 0x10000 ? 1 : 2));
    for (let code = from, i = 0; code < to; code++) {
      if (from < 0x10000) units[i++] = code;
      else {
        units[i++] = 0xd800 + ((code - 0x10000) >> 10);
        units[i++] = 0xdc00 + (code & 0x3ff);
      }
    }
    return Buffer.from(units.buffer).toString('utf16le');
  };
  yield { text: text(0, 0xdc00), at: (index) => index };
  yield { text: text(0xdc00, 0x10000), at: (index) => 0xdc00 + index };
  for (let from = 0x10000; from <= MAX_CODE_POINT; from += 0x10000)
    yield { text: text(from, from + 0x10000), at: (index) => from + index / 2 };
}
