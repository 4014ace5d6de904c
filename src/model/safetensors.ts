import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { ELEMENT_BYTES, type FloatType, isFloatType, toFloat32 } from './element-types.ts';

/** As the safetensors library: no honest header is longer. */
const MAX_HEADER_BYTES = 100_000_000;

export interface TensorInfo {
  readonly type: string;
  readonly shape: readonly number[];
  /** Byte range in the file. */
  readonly begin: number;
  readonly end: number;
}

/** The file is not what it says it is. Callers turn it into `model_invalid` or `adapter_invalid`. */
export class SafetensorsError extends Error {
  readonly file: string;
  readonly reason: string;

  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.file = file;
    this.reason = reason;
  }
}

/**
 * An open safetensors file (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON
 * header, the tensors. The header is checked whole when the file is opened, so `read` cannot leave the file.
 */
export class SafetensorsFile {
  readonly name: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly #handle: number;

  /** Throws SafetensorsError where the header lies or the file is cut short. */
  constructor(path: string) {
    this.name = basename(path);
    try {
      this.#handle = openSync(path, 'r');
    } catch (cause) {
      throw new SafetensorsError(this.name, cause instanceof Error ? cause.message : 'cannot be opened');
    }
    try {
      this.tensors = readHeader(this.#handle, this.name);
    } catch (error) {
      closeSync(this.#handle);
      throw error;
    }
  }

  /** The tensor as 32-bit floats, row-major. Throws SafetensorsError for a missing or non-float tensor. */
  read(tensor: string): Float32Array<ArrayBuffer> {
    const { type, begin, end } = this.checkFloat(tensor);
    return toFloat32(readExactly(this.#handle, this.name, begin, end - begin), type);
  }

  /** Throws SafetensorsError for a missing or non-float tensor. */
  checkFloat(tensor: string): TensorInfo & { readonly type: FloatType } {
    const info = this.tensors.get(tensor);
    if (!info) throw new SafetensorsError(this.name, `has no tensor ${tensor}`);
    const { type } = info;
    if (isFloatType(type)) return { ...info, type };
    throw new SafetensorsError(this.name, `${tensor} is ${type}; F32, F16 and BF16 are read`);
  }

  close(): void {
    closeSync(this.#handle);
  }
}

function readHeader(handle: number, file: string): ReadonlyMap<string, TensorInfo> {
  const size = fstatSync(handle).size;
  if (size < 8) throw new SafetensorsError(file, `is ${size} bytes long, too short for a header`);
  const length = Number(new DataView(readExactly(handle, file, 0, 8).buffer).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > size - 8) {
    throw new SafetensorsError(file, `claims a header of ${length} bytes in a file of ${size}`);
  }
  const entries = parseHeader(readExactly(handle, file, 8, length), file);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of Object.entries(entries)) {
    if (name !== '__metadata__') tensors.set(name, tensorInfo(name, entry, 8 + length, size, file));
  }
  checkRanges(tensors, 8 + length, size, file);
  return tensors;
}

function parseHeader(bytes: Uint8Array, file: string): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new SafetensorsError(file, 'has a header that is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new SafetensorsError(file, 'has a header that is not a JSON object');
  }
  return header;
}

function tensorInfo(name: string, entry: unknown, start: number, size: number, file: string): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const wrong = (reason: string) => new SafetensorsError(file, `${name} ${reason}`);
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_BYTES, dtype)) throw wrong(`has an unknown dtype`);
  if (!isSizes(shape)) throw wrong('has no valid shape');
  if (!isSizes(offsets) || offsets.length !== 2) throw wrong('has no valid data_offsets');
  const [begin, end] = [start + offsets[0]!, start + offsets[1]!];
  if (end < begin || end > size)
    throw wrong(`ends at byte ${end} of a file of ${size}: it is cut short or damaged`);
  const expected = shape.reduce((product, n) => product * n, 1) * ELEMENT_BYTES[dtype]!;
  if (end - begin !== expected) throw wrong(`has ${end - begin} bytes where its shape needs ${expected}`);
  return { type: dtype, shape, begin, end };
}

/** The format allows neither overlaps nor holes. */
function checkRanges(
  tensors: ReadonlyMap<string, TensorInfo>,
  start: number,
  size: number,
  file: string,
): void {
  let at = start;
  for (const [name, info] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (info.begin !== at) throw new SafetensorsError(file, `${name} does not follow the tensor before it`);
    at = info.end;
  }
  if (at !== size) throw new SafetensorsError(file, `has ${size - at} bytes after its last tensor`);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function readExactly(
  handle: number,
  file: string,
  position: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const read = readSync(handle, out, done, length - done, position + done);
    if (read === 0) throw new SafetensorsError(file, 'ended while it was being read');
    done += read;
  }
  return out;
}
