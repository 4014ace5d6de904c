import { wordsOf } from './check-numbers.ts';
import type { PlacedModule, StoredTensor } from './types.ts';

/** One slot of one layer in the stacks of a site: A is [inputs, rank], B is [rank, outputs]. */
export interface SlotView {
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Fused rank of the stacks. */
  readonly rank: number;
  /** Of the whole site. */
  readonly outputs: number;
}

/** Copies a module's A and B, transposed and scaled, to its place in the slot; what is not its own stays as it is. */
export function copyModule(module: PlacedModule, tensors: Uint8Array<ArrayBuffer>, slot: SlotView): void {
  const { rank, inputs, outputs, row, column, scale } = module;
  const fromA = toFloats(tensors, module.a, rank * inputs);
  for (let r = 0; r < rank; r++) {
    const from = r * inputs;
    for (let k = 0, to = row + r; k < inputs; k++, to += slot.rank) slot.a[to] = fromA[from + k]!;
  }
  const fromB = toFloats(tensors, module.b, outputs * rank);
  for (let r = 0; r < rank; r++) {
    const to = (row + r) * slot.outputs + column;
    for (let o = 0, from = r; o < outputs; o++, from += rank) slot.b[to + o] = fromB[from]! * scale;
  }
}

let scratch = new Float32Array(0);

/** Valid until the next call. */
function toFloats(
  tensors: Uint8Array<ArrayBuffer>,
  { type, begin }: StoredTensor,
  length: number,
): Float32Array {
  const words = wordsOf(tensors, type, begin, length);
  if (type === 'F32') return new Float32Array(words.buffer, words.byteOffset, length);
  if (scratch.length < length) scratch = new Float32Array(length);
  if (type === 'F16') {
    const table = halfTable();
    for (let i = 0; i < length; i++) scratch[i] = table[words[i]!]!;
  } else {
    const wide = new Uint32Array(scratch.buffer);
    for (let i = 0; i < length; i++) wide[i] = words[i]! << 16;
  }
  return scratch;
}

let halfValues: Float32Array | null = null;

/** Every half-precision number, by its bits: three times as fast as converting an array of them. */
function halfTable(): Float32Array {
  halfValues ??= new Float32Array(new Float16Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer));
  return halfValues;
}
