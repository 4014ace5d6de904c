/** A matrix in whole numbers, block by block along its rows: what MatMulNBits and GatherBlockQuantized read. */
export interface QuantizedMatrix {
  readonly bits: 4 | 8;
  /** Values of a row that share a scale. */
  readonly block: number;
  /** [rows, blocks, block · bits / 8]; of 4 bits, the earlier value in the lower half of a byte. */
  readonly packed: Uint8Array;
  /** [rows, blocks]: value = (number − 2^(bits−1)) · scale. */
  readonly scales: Float32Array;
}

/**
 * Rounds [rows, columns] to blocks that are symmetric around zero. The numbers are those of a scale under which the
 * value furthest from zero becomes −2^(bits−1); the scale then kept is the one that fits these numbers best (least
 * squares: Σ n·x / Σ n²). `columns` is a multiple of `block`.
 */
export function quantizeMatrix(
  values: Float32Array,
  rows: number,
  columns: number,
  bits: 4 | 8,
  block: number,
): QuantizedMatrix {
  const scales = new Float32Array((rows * columns) / block);
  const packed = new Uint8Array((rows * columns * bits) / 8);
  const numbers = new Uint8Array(block);
  for (let at = 0; at < scales.length; at++) {
    scales[at] = quantizeBlock(values, at * block, 2 ** (bits - 1), numbers);
    pack(numbers, bits, packed, (at * block * bits) / 8);
  }
  return { bits, block, packed, scales };
}

/** Fills `numbers`, which has `zero` for 0, and returns their scale. */
function quantizeBlock(values: Float32Array, from: number, zero: number, numbers: Uint8Array): number {
  const to = from + numbers.length;
  let furthest = 0;
  for (let i = from; i < to; i++) if (Math.abs(values[i]!) > Math.abs(furthest)) furthest = values[i]!;
  if (furthest === 0) {
    numbers.fill(zero);
    return 0;
  }
  const inverse = -zero / furthest;
  const most = 2 * zero - 1;
  let products = 0;
  let squares = 0;
  for (let i = from; i < to; i++) {
    // Positive before it is cut off, so that cutting off rounds.
    const number = Math.min(most, (values[i]! * inverse + zero + 0.5) | 0);
    numbers[i - from] = number;
    products += (number - zero) * values[i]!;
    squares += (number - zero) ** 2;
  }
  return products / squares;
}

function pack(numbers: Uint8Array, bits: 4 | 8, to: Uint8Array, at: number): void {
  if (bits === 8) {
    to.set(numbers, at);
    return;
  }
  for (let i = 0; i < numbers.length; i += 2) to[at + i / 2] = numbers[i]! | (numbers[i + 1]! << 4);
}
