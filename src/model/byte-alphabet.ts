/**
 * Byte-level BPE writes each byte as one printable character (Radford et al. 2019, `bytes_to_unicode`):
 * printable Latin-1 stands for itself, the rest for U+0100 onwards in order.
 */
const BYTE_OF = new Map<string, number>();
let next = 0x100;
for (let byte = 0; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  BYTE_OF.set(String.fromCharCode(printable ? byte : next++), byte);
}

/** The bytes a byte-level token stands for, or null where it has a character outside the alphabet. */
export function byteLevelBytes(token: string): Uint8Array | null {
  const bytes = Array.from(token, (character) => BYTE_OF.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null;
}

/** The bytes a SentencePiece token stands for: `▁` is a space, `<0x0A>` a byte. */
export function sentencePieceBytes(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token);
  if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16));
  return new TextEncoder().encode(token.replaceAll('▁', ' '));
}
