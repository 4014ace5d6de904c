import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { TenonError } from '../../errors.ts';
import { encodeMetadata, encodeString, encodeUint32, encodeUint64, type GgufMetadata } from './metadata.ts';
import { type GgufTensorType, storedType, TENSOR_ENCODINGS, type TensorEncoding } from './tensor-types.ts';

/** A tensor that is read when it is written, so that a model need not be in memory whole. */
export interface GgufTensor {
  readonly name: string;
  /** Row-major, as PyTorch has it; the file has it the other way round. */
  readonly shape: readonly number[];
  /** What it is stored as where its shape allows: see `storedType`. */
  readonly type: GgufTensorType;
  read(): Float32Array;
}

const VERSION = 3;
/** Tensors start on multiples of it: the format's default. */
const ALIGNMENT = 32;

/**
 * Writes a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): header, metadata, a table of the
 * tensors, the tensors. The file takes its name when it is whole. Returns its bytes. Throws `file_unwritable`.
 */
export function writeGguf(path: string, metadata: GgufMetadata, tensors: readonly GgufTensor[]): number {
  const partial = `${path}.partial`;
  const file = attempt(path, () => openSync(partial, 'w'));
  try {
    let size = 0;
    const append = (bytes: Uint8Array) => {
      size += attempt(path, () => writeAll(file, bytes));
    };
    append(encodeHead(metadata, tensors));
    for (const tensor of tensors) append(padded(encodingOf(tensor).encode(tensor.read())));
    attempt(path, () => renameSync(partial, path));
    return size;
  } finally {
    closeSync(file);
    rmSync(partial, { force: true });
  }
}

function encodeHead(metadata: GgufMetadata, tensors: readonly GgufTensor[]): Uint8Array {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from('GGUF'), encodeUint32(VERSION), encodeUint64(tensors.length)];
  parts.push(encodeUint64(entries.length));
  for (const [key, value] of entries) parts.push(encodeString(key), encodeMetadata(value));
  let offset = 0;
  for (const tensor of tensors) {
    const { id, block, blockBytes } = encodingOf(tensor);
    const elements = tensor.shape.reduce((product, n) => product * n, 1);
    parts.push(encodeString(tensor.name), encodeUint32(tensor.shape.length));
    parts.push(...tensor.shape.toReversed().map(encodeUint64), encodeUint32(id), encodeUint64(offset));
    offset += aligned((elements / block) * blockBytes);
  }
  return padded(Buffer.concat(parts));
}

function encodingOf({ type, shape }: GgufTensor): TensorEncoding {
  return TENSOR_ENCODINGS[storedType(type, shape)];
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % ALIGNMENT === 0) return bytes;
  const out = new Uint8Array(aligned(bytes.length));
  out.set(bytes);
  return out;
}

function writeAll(file: number, bytes: Uint8Array): number {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  return bytes.length;
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it cannot be written';
    throw new TenonError('file_unwritable', { path, reason }, { cause: error });
  }
}
