import { writeFileSync } from 'node:fs';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Writes a safetensors file; `F16` and `BF16` round to nearest even. */
export function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  type: 'F32' | 'F16' | 'BF16' = 'F32',
): void {
  const blobs = tensors.map(({ data }) => {
    const stored = type === 'F32' ? data : type === 'F16' ? new Float16Array(data) : toBrain(data);
    return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  });
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let at = 0;
  tensors.forEach(({ name, shape }, i) => {
    const end = at + blobs[i]!.length;
    header[name] = { dtype: type, shape, data_offsets: [at, end] };
    at = end;
  });
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The format asks for tensors that start on a multiple of eight.
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);
  writeFileSync(path, Buffer.concat([length, padded, ...blobs]));
}

/** The upper half of each number's bits, rounded: bfloat16. */
function toBrain(data: Float32Array): Uint16Array {
  const words = new Uint32Array(data.slice().buffer);
  return Uint16Array.from(words, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}
