/** Element types of safetensors that a float model may be stored in. */
export const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
};

export const FLOAT_TYPES = ['F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

export function isFloatType(type: string): type is FloatType {
  return FLOAT_TYPES.some((known) => known === type);
}

/** `bytes` is little-endian and must start at offset 0 of its own buffer (alignment). */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, type: FloatType): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (type === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (type === 'F16') return new Float32Array(new Float16Array(buffer, byteOffset, byteLength / 2));
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}
