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
  const valueA = numbersOf(tensors, module.a, rank * inputs);
  for (let r = 0; r < rank; r++) copyEvery(valueA, r * inputs, 1, slot.a, row + r, slot.rank, inputs, 1);
  const valueB = numbersOf(tensors, module.b, outputs * rank);
  for (let r = 0; r < rank; r++)
    copyEvery(valueB, r, rank, slot.b, (row + r) * slot.outputs + column, 1, outputs, scale);
}

/** Stored numbers: their words, and for those of half precision what each word stands for. */
type Numbers =
  | { readonly table: null; readonly words: Float32Array }
  | { readonly table: Float32Array; readonly words: Uint16Array };

function copyEvery(
  { table, words }: Numbers,
  from: number,
  stepFrom: number,
  into: Float32Array,
  to: number,
  stepTo: number,
  count: number,
  scale: number,
): void {
  let [at, out] = [from, to];
  if (table === null) {
    for (let i = 0; i < count; i++, at += stepFrom, out += stepTo) into[out] = words[at]! * scale;
  } else {
    for (let i = 0; i < count; i++, at += stepFrom, out += stepTo) into[out] = table[words[at]!]! * scale;
  }
}

function numbersOf(tensors: Uint8Array<ArrayBuffer>, { type, begin }: StoredTensor, length: number): Numbers {
  const words = wordsOf(tensors, type, begin, length);
  if (words instanceof Uint16Array) return { table: type === 'F16' ? halfTable() : brainTable(), words };
  return { table: null, words: new Float32Array(words.buffer, words.byteOffset, length) };
}

let halfValues: Float32Array | null = null;
let brainValues: Float32Array | null = null;

/** Every half-precision number, by its bits: three times as fast as converting an array of them. */
function halfTable(): Float32Array {
  halfValues ??= new Float32Array(new Float16Array(everyWord().buffer));
  return halfValues;
}

/** Every bfloat16 number: the upper half of a float32's bits. */
function brainTable(): Float32Array {
  brainValues ??= new Float32Array(Uint32Array.from(everyWord(), (word) => word << 16).buffer);
  return brainValues;
}

function everyWord(): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: 65_536 }, (_, word) => word);
}
