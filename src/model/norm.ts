import type { GraphBuilder, Value } from '../onnx/index.ts';

/** Root mean square normalization (Zhang & Sennrich 2019) over the last axis. */
export function norm(g: GraphBuilder, name: string, x: Value, weight: Float32Array, epsilon: number): Value {
  return g.node('SimplifiedLayerNormalization', [x, g.constant(name, 'float32', [weight.length], weight)], {
    attributes: { axis: -1n, epsilon, stash_type: 1n },
  });
}

/** [norm(x + y), x + y] in one kernel. */
export function addAndNorm(
  g: GraphBuilder,
  name: string,
  x: Value,
  y: Value,
  weight: Float32Array,
  epsilon: number,
): [Value, Value] {
  const scale = g.constant(name, 'float32', [weight.length], weight);
  const outputs = g.nodes('SkipSimplifiedLayerNormalization', [x, y, scale], 4, {
    domain: 'com.microsoft',
    attributes: { epsilon },
  });
  return [outputs[0]!, outputs[3]!];
}
