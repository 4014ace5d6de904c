/**
 * Writes the protocol-buffers wire format (https://protobuf.dev/programming-guides/encoding/): just what
 * ModelProto needs, i.e. varints, 32-bit floats and length-delimited fields.
 */
export class ProtoWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A non-negative integer up to 2^53. */
  uint(field: number, value: number): this {
    return this.#tag(field, 0).#varint(BigInt(value));
  }

  /** A signed 64-bit integer, two's complement as protobuf's `int64`. */
  int(field: number, value: bigint): this {
    return this.#tag(field, 0).#varint(BigInt.asUintN(64, value));
  }

  float(field: number, value: number): this {
    return this.#tag(field, 5).#append(new Uint8Array(new Float32Array([value]).buffer));
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** The bytes are referred to, not copied, until `finish`. */
  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, 2).#varint(BigInt(value.length)).#append(value);
  }

  message(field: number, value: ProtoWriter): this {
    this.#tag(field, 2).#varint(BigInt(value.#length));
    for (const chunk of value.#chunks) this.#append(chunk);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, at);
      at += chunk.length;
    }
    return out;
  }

  #tag(field: number, wireType: number): this {
    return this.#varint(BigInt(field * 8 + wireType));
  }

  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#append(Uint8Array.from(bytes));
  }

  #append(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}
