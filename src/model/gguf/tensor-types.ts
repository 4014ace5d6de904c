/** How a tensor may be stored: plain floats, or blocks of 32 along a row with a scale each. */
export type GgufTensorType = 'f32' | 'f16' | 'q8_0' | 'q4_0';

export interface TensorEncoding {
  /** `ggml_type`. */
  readonly id: number;
  /** `llama_ftype`: what a file is called whose matrices are mostly of this type. */
  readonly fileType: number;
  /** Elements that are stored together; a row's length is a multiple of it. */
  readonly block: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
  encode(values: Float32Array): Uint8Array;
}

export const TENSOR_ENCODINGS: Readonly<Record<GgufTensorType, TensorEncoding>> = {
  f32: { id: 0, fileType: 0, block: 1, blockBytes: 4, encode: bytesOf },
  f16: { id: 1, fileType: 1, block: 1, blockBytes: 2, encode: (values) => bytesOf(new Float16Array(values)) },
  q8_0: { id: 8, fileType: 7, block: 32, blockBytes: 34, encode: encodeQ8 },
  q4_0: { id: 2, fileType: 2, block: 32, blockBytes: 18, encode: encodeQ4 },
};

/** The type asked for, or, where a row is no whole number of its blocks, half floats. Vectors stay float32. */
export function storedType(wanted: GgufTensorType, shape: readonly number[]): GgufTensorType {
  if (shape.length < 2) return 'f32';
  return shape.at(-1)! % TENSOR_ENCODINGS[wanted].block === 0 ? wanted : 'f16';
}

function bytesOf(values: Float32Array | Float16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Q8_0: float16 d = max|x| / 127, then 32 × int8 round(x / d). */
function encodeQ8(values: Float32Array): Uint8Array {
  const out = new Uint8Array((values.length / 32) * 34);
  const view = new DataView(out.buffer);
  for (let at = 0, to = 0; at < values.length; at += 32, to += 34) {
    const scale = Math.abs(furthest(values, at)) / 127;
    const inverse = scale === 0 ? 0 : 1 / scale;
    view.setFloat16(to, scale, true);
    // Positive before it is cut off, so that cutting off rounds.
    for (let i = 0; i < 32; i++) out[to + 2 + i] = ((values[at + i]! * inverse + 128.5) | 0) - 128;
  }
  return out;
}

/**
 * Q4_0: float16 d = m / -8, where m is the value furthest from zero, so that it is met exactly; then 16 bytes,
 * byte i with value i in its low half and value i + 16 in its high half, each min(15, ⌊x / d + 8.5⌋).
 */
function encodeQ4(values: Float32Array): Uint8Array {
  const out = new Uint8Array((values.length / 32) * 18);
  const view = new DataView(out.buffer);
  for (let at = 0, to = 0; at < values.length; at += 32, to += 18) {
    const scale = furthest(values, at) / -8;
    const inverse = scale === 0 ? 0 : 1 / scale;
    view.setFloat16(to, scale, true);
    for (let i = 0; i < 16; i++) {
      const low = Math.min(15, (values[at + i]! * inverse + 8.5) | 0);
      const high = Math.min(15, (values[at + i + 16]! * inverse + 8.5) | 0);
      out[to + 2 + i] = low | (high << 4);
    }
  }
  return out;
}

/** Of the 32 values from `at` on, the one furthest from zero. */
function furthest(values: Float32Array, at: number): number {
  let found = 0;
  for (let i = at; i < at + 32; i++) if (Math.abs(values[i]!) > Math.abs(found)) found = values[i]!;
  return found;
}
