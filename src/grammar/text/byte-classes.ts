/** Bytes that no state of a string machine tells apart, numbered: they share a column of its table. */
export interface ByteClasses {
  /** The class of each of the 256 bytes. */
  readonly of: Uint8Array;
  readonly count: number;
}

/** Hexadecimal digits, and what may follow a backslash: an escape gives each a meaning of its own. */
const ESCAPES = '"\\/bfnrtu0123456789abcdefABCDEF';
/** Where UTF-8's lead bytes, and what may follow some of them, change: RFC 3629, section 4. */
const UTF8_CUTS = [0x80, 0x90, 0xa0, 0xc0, 0xc2, 0xe0, 0xe1, 0xed, 0xee, 0xf0, 0xf1, 0xf4, 0xf5];

/** `boundaries`: code points at which some automaton begins to behave otherwise. */
export function byteClasses(boundaries: readonly number[], escapes: boolean): ByteClasses {
  const cuts = new Uint8Array(257);
  for (const byte of UTF8_CUTS) cuts[byte] = 1;
  if (escapes) {
    cuts[0x20] = 1;
    for (const char of ESCAPES) isolate(cuts, char.charCodeAt(0));
  }
  for (const code of boundaries) {
    if (code < 0x80) cuts[code] = 1;
    else if (code <= 0x10ffff) cutCharacter(cuts, code);
  }
  const of = new Uint8Array(256);
  let count = 0;
  for (let byte = 1; byte < 256; byte++) of[byte] = cuts[byte] === 1 ? ++count : count;
  return { of, count: count + 1 };
}

/** Between two bytes of one class no character begins at which an automaton changes, whatever bytes came before. */
function cutCharacter(cuts: Uint8Array, code: number): void {
  const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const mark = [0, 0xc0, 0xe0, 0xf0][more]!;
  isolate(cuts, mark | (code >> (6 * more)));
  for (let k = more - 1; k > 0; k--) isolate(cuts, 0x80 | ((code >> (6 * k)) & 0x3f));
  cuts[0x80 | (code & 0x3f)] = 1;
}

function isolate(cuts: Uint8Array, byte: number): void {
  cuts[byte] = 1;
  cuts[byte + 1] = 1;
}
