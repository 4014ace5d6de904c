import type { GraphBuilder, Value } from '../onnx/index.ts';

/** One matrix product of a checkpoint, or several that share their input, one below the other. */
export interface LinearWeights {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs, inputs], row-major: as Hugging Face stores it. */
  readonly weight: Float32Array;
  /** [outputs] */
  readonly bias: Float32Array | null;
}

/**
 * x [..., inputs] → x·Wᵀ + b, [..., outputs]. Every product with a matrix of the checkpoint is made here and
 * nowhere else, so that this is the place to choose how it is stored.
 *
 * The matrix stays as it was read: the kernel packs it once, transposed or not, and is as fast (measured).
 */
export function linear(g: GraphBuilder, name: string, x: Value, weights: LinearWeights): Value {
  const { inputs, outputs, weight, bias } = weights;
  const product = g.node('FusedMatMul', [x, g.constant(name, 'float32', [outputs, inputs], weight)], {
    domain: 'com.microsoft',
    attributes: { transB: 1n },
  });
  if (!bias) return product;
  return g.node('Add', [product, g.constant(`${name}_bias`, 'float32', [outputs], bias)]);
}
