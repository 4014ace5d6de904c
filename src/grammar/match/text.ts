import type { Reading } from './position.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The JSON value that ends with the last byte read. */
export function lastValue(reading: Reading): unknown {
  return JSON.parse(
    decoder.decode(
      reading.bytes.subarray(lastStart(reading.bytes, reading.from, reading.length), reading.length),
    ),
  );
}

/** Where the string that is open starts. */
export function openStart(reading: Reading): number {
  return lastStart(reading.bytes, reading.from, reading.length);
}

/** The items of the array that is open; the last byte read is the comma after them. */
export function itemsBefore(reading: Reading): readonly unknown[] {
  const open: number[] = [];
  const { bytes, from, length } = reading;
  for (let at = from; at < length; at++) {
    const byte = bytes[at]!;
    if (byte === 0x22) {
      at++;
      while (at < length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
    } else if (byte === 0x7b || byte === 0x5b) open.push(at);
    else if (byte === 0x7d || byte === 0x5d) open.pop();
  }
  return JSON.parse(`${decoder.decode(bytes.subarray(open.pop() ?? from, length - 1))}]`) as unknown[];
}

/** Where the last complete value of a JSON prefix starts: one pass, keeping the open containers' starts. */
function lastStart(bytes: Uint8Array, from: number, length: number): number {
  const open: number[] = [];
  let last = from;
  let at = from;
  while (at < length) {
    const byte = bytes[at]!;
    if (byte === 0x22) {
      last = at++;
      while (at < length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
    } else if (byte === 0x7b || byte === 0x5b) open.push(at);
    else if (byte === 0x7d || byte === 0x5d) last = open.pop() ?? from;
    else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a)) {
      last = at;
      while (at + 1 < length && isScalar(bytes[at + 1]!)) at++;
    }
    at++;
  }
  return last;
}

function isScalar(byte: number): boolean {
  return (
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x45
  );
}
