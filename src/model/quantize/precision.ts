/**
 * How a model's matrices are held: 32-bit floats, or whole numbers of 8 or 4 bits in blocks with a scale each.
 * Norms, biases, adapters and everything that is computed on the way are floats in all of them.
 */
export const PRECISIONS = ['fp32', 'int8', 'int4'] as const;
export type Precision = (typeof PRECISIONS)[number];
