import type { GraphBuilder, Value } from '../onnx/index.ts';
import type { QuantizedMatrix } from './quantize/quantize-matrix.ts';

/** One matrix product of a checkpoint, or several that share their input, one below the other. */
export interface LinearWeights {
  readonly inputs: number;
  readonly outputs: number;
  readonly matrix: Matrix;
  /** [outputs] */
  readonly bias: Float32Array | null;
}

/** [outputs, inputs], row-major, as Hugging Face stores it; or quantized row by row. */
export type Matrix = Float32Array | QuantizedMatrix;

/** Activations are rounded to 8 bits as well, block by block: the one way in which whole numbers are fast. */
const INT8_ACTIVATIONS = 4n;

/**
 * x [..., inputs] → x·Wᵀ + b, [..., outputs]. Every product with a matrix of the checkpoint is made here and
 * nowhere else, so that this is the place to choose how it is stored.
 *
 * The matrix stays as it was read: the kernel packs it once, transposed or not, and is as fast (measured).
 */
export function linear(g: GraphBuilder, name: string, x: Value, weights: LinearWeights): Value {
  const { inputs, outputs, matrix, bias } = weights;
  const addend = bias && g.constant(`${name}_bias`, 'float32', [outputs], bias);
  if (!(matrix instanceof Float32Array)) {
    const { bits, block } = matrix;
    return g.node('MatMulNBits', [x, ...quantized(g, name, matrix, outputs), null, null, addend], {
      domain: 'com.microsoft',
      attributes: {
        K: BigInt(inputs),
        N: BigInt(outputs),
        bits: BigInt(bits),
        block_size: BigInt(block),
        accuracy_level: INT8_ACTIVATIONS,
      },
    });
  }
  const product = g.node('FusedMatMul', [x, g.constant(name, 'float32', [outputs, inputs], matrix)], {
    domain: 'com.microsoft',
    attributes: { transB: 1n },
  });
  return addend ? g.node('Add', [product, addend]) : product;
}

/** ids [...] → their rows of a matrix [count, width], [..., width]. */
export function lookUp(
  g: GraphBuilder,
  name: string,
  ids: Value,
  matrix: Matrix,
  [count, width]: readonly [number, number],
): Value {
  if (matrix instanceof Float32Array)
    return g.node('Gather', [g.constant(name, 'float32', [count, width], matrix), ids]);
  const { bits, block, packed, scales } = matrix;
  const table = g.constant(name, 'uint8', [count, packed.length / count], packed);
  const steps = g.constant(`${name}_scales`, 'float32', [count, scales.length / count], scales);
  return g.node('GatherBlockQuantized', [table, ids, steps], {
    domain: 'com.microsoft',
    attributes: { bits: BigInt(bits), block_size: BigInt(block), gather_axis: 0n, quantize_axis: 1n },
  });
}

function quantized(g: GraphBuilder, name: string, matrix: QuantizedMatrix, outputs: number): Value[] {
  const { packed, scales } = matrix;
  const blocks = scales.length / outputs;
  return [
    g.constant(name, 'uint8', [outputs, blocks, packed.length / scales.length], packed),
    g.constant(`${name}_scales`, 'float32', [outputs, blocks], scales),
  ];
}
