/** A metadata value of a GGUF file; numbers are written in the type that llama.cpp reads the key as. */
export type GgufValue =
  | { readonly type: 'uint32' | 'int32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s' | 'uint32s' | 'float32s'; readonly value: readonly number[] };

export type GgufMetadata = Readonly<Record<string, GgufValue>>;

export const uint32 = (value: number): GgufValue => ({ type: 'uint32', value });
export const float32 = (value: number): GgufValue => ({ type: 'float32', value });
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value });
export const string = (value: string): GgufValue => ({ type: 'string', value });
export const strings = (value: readonly string[]): GgufValue => ({ type: 'strings', value });
export const int32s = (value: readonly number[]): GgufValue => ({ type: 'int32s', value });
export const float32s = (value: readonly number[]): GgufValue => ({ type: 'float32s', value });

/** `gguf_metadata_value_type` (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
const TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

export function encodeMetadata(entry: GgufValue): Buffer {
  switch (entry.type) {
    case 'strings':
      return encodeArray('string', entry.value.map(encodeString));
    case 'int32s':
    case 'uint32s':
    case 'float32s': {
      const type = entry.type.slice(0, -1) as 'int32' | 'uint32' | 'float32';
      return encodeArray(
        type,
        entry.value.map((value) => encodeNumber(type, value)),
      );
    }
    case 'string':
      return Buffer.concat([encodeUint32(TYPES.string), encodeString(entry.value)]);
    case 'bool':
      return Buffer.concat([encodeUint32(TYPES.bool), Buffer.of(entry.value ? 1 : 0)]);
    default:
      return Buffer.concat([encodeUint32(TYPES[entry.type]), encodeNumber(entry.type, entry.value)]);
  }
}

export function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([encodeUint64(bytes.length), bytes]);
}

export function encodeUint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

export function encodeUint64(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}

function encodeArray(type: keyof typeof TYPES, items: readonly Buffer[]): Buffer {
  return Buffer.concat([
    encodeUint32(TYPES.array),
    encodeUint32(TYPES[type]),
    encodeUint64(items.length),
    ...items,
  ]);
}

function encodeNumber(type: 'uint32' | 'int32' | 'float32', value: number): Buffer {
  if (type === 'uint32') return encodeUint32(value);
  const out = Buffer.alloc(4);
  if (type === 'int32') out.writeInt32LE(value);
  else out.writeFloatLE(value);
  return out;
}
