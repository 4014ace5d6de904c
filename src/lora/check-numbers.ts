import { broken } from './adapter-tensors.ts';
import type { StoredTensor } from './types.ts';

/** Where all bits of the exponent are set, a number is infinite or none (IEEE 754). */
const EXPONENT = { F16: 0x7c00, BF16: 0x7f80, F32: 0x7f800000 } as const;

/** Throws `adapter_invalid` where one of `length` stored numbers is not finite; looks at bits, for it looks at all. */
export function checkNumbers(
  tensors: Uint8Array<ArrayBuffer>,
  { type, begin }: StoredTensor,
  length: number,
  name: string,
): void {
  const words = wordsOf(tensors, type, begin, length);
  const exponent = EXPONENT[type];
  for (let i = 0; i < length; i++) {
    if ((words[i]! & exponent) === exponent)
      throw broken(`${name} holds values that are not finite numbers (NaN or infinite)`);
  }
}

/** The numbers' bits; copied where they begin between two words. */
export function wordsOf(
  tensors: Uint8Array<ArrayBuffer>,
  type: StoredTensor['type'],
  begin: number,
  length: number,
): Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  const size = type === 'F32' ? 4 : 2;
  const Words = size === 4 ? Uint32Array : Uint16Array;
  const at = tensors.byteOffset + begin;
  if (at % size === 0) return new Words(tensors.buffer, at, length);
  return new Words(tensors.buffer.slice(at, at + length * size));
}
