/**
 * The characters that stand in a JSON string as they are, in classes that patterns like to speak of, a bit each.
 * Sets of classes say what a part of the token tree is made of, and what a state of a string lets through for ever.
 */
const CLASSES = [
  ...['abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ', '0123456789'],
  ...[' ', '-', '_', '.', '/', ':', '@', '+', ',', '=', '#', '%', '&', '~', '$', '*', '?'],
  ...["!'();", '<>[]^`{|}'],
] as const;

/** Whole characters beyond ASCII, without the line separators U+2028 and 2029, which `.` does not match. */
export const BEYOND_ASCII = 1 << CLASSES.length;
/** Whatever is not plain: quotation mark, backslash, control characters, parts of characters. */
export const SPECIAL = BEYOND_ASCII << 1;
export const ALL_PLAIN = SPECIAL - 1;

/** The class of each byte. */
export const CLASS_OF_BYTE: Int32Array = new Int32Array(256).fill(SPECIAL);
CLASS_OF_BYTE.fill(BEYOND_ASCII, 0x80);
export const DIGITS = 1 << CLASSES.indexOf('0123456789');
CLASSES.forEach((chars, index) => {
  for (const char of chars) CLASS_OF_BYTE[char.charCodeAt(0)] = 1 << index;
});

/** Code points of a token whose characters are all plain; -1 for others. `text`: one character a byte. */
export function plainLength(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c || byte === 0x7f) return -1;
    count++;
    if (byte < 0x80) continue;
    const more = continuationBytes(byte, text.charCodeAt(i + 1));
    if (more === 0) return -1;
    for (let k = 1; k <= more; k++) if ((text.charCodeAt(i + k) & 0xc0) !== 0x80) return -1;
    i += more;
  }
  return count;
}

/** 0 where the lead byte does not begin a plain character, or not whatever follows. */
function continuationBytes(lead: number, second: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead === 0xe2) return second === 0x80 ? 0 : 2;
  if (lead >= 0xe1 && lead <= 0xec) return 2;
  return lead >= 0xf1 && lead <= 0xf3 ? 3 : 0;
}
