import type { Matrix } from '../linear.ts';
import type { Precision } from './precision.ts';
import { quantizeMatrix } from './quantize-matrix.ts';

/** Row-major [rows, columns], as the graph is to hold it. */
export type StoreMatrix = (values: Float32Array, rows: number, columns: number) => Matrix;

/** How the matrices of the layers are held, and those of the vocabulary: embedding and head. */
export interface Storage {
  readonly layerMatrix: StoreMatrix;
  readonly vocabularyMatrix: StoreMatrix;
}

/**
 * Values that share a scale: the largest that divides a row. The kernels read a scale and a sum for every block beside
 * its numbers: with 128 they are a third faster than with 32, which costs the embedded model 3e-5 nats at 8 bits and
 * 0.0025 at 4. A row that none divides stays in float32.
 */
const BLOCKS = [128, 64, 32, 16];

/**
 * The vocabulary's matrices keep 8 bits at `int4`: with 4 they cost the embedded model as much accuracy as all its
 * layers together. Figures: docs/performance.md.
 */
export function storage(precision: Precision): Storage {
  const inBits =
    (bits: 4 | 8): StoreMatrix =>
    (values, rows, columns) => {
      const block = BLOCKS.find((size) => columns % size === 0);
      return block === undefined ? values : quantizeMatrix(values, rows, columns, bits, block);
    };
  switch (precision) {
    case 'fp32':
      return { layerMatrix: (values) => values, vocabularyMatrix: (values) => values };
    case 'int8':
      return { layerMatrix: inBits(8), vocabularyMatrix: inBits(8) };
    case 'int4':
      return { layerMatrix: inBits(4), vocabularyMatrix: inBits(8) };
  }
}
