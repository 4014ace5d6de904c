import type { GraphBuilder, Value } from '../onnx/index.ts';
import type { LayerWeights } from './decoder-weights.ts';
import { norm } from './norm.ts';
import { rotaryTables } from './rotary.ts';
import type { DecoderConfig, Rotary } from './types.ts';
import { windowedBias } from './window.ts';

const MICROSOFT = 'com.microsoft';

export interface AttentionInputs {
  readonly positions: Value;
  /** By layer: layers that look alike share theirs. */
  readonly bias: readonly Value[];
  readonly rotary: readonly { readonly cos: Value; readonly sin: Value }[];
  readonly pastKeys: readonly Value[];
  readonly pastValues: readonly Value[];
  /** Shapes of the scores by query head, [0, heads, S, T], and by key head, [0, kvHeads, -1, T]. */
  readonly scoresByHead: Value;
  readonly scoresByKvHead: Value;
}

export function attentionInputs(g: GraphBuilder, config: DecoderConfig): AttentionInputs {
  const past = (kind: string) =>
    Array.from({ length: config.layers }, (_, layer) =>
      g.input(`past_${kind}_${layer}`, 'float32', ['B', config.kvHeads, 'P', config.headDim]),
    );
  const bias = g.input('bias', 'float32', ['B', 1, 'S', 'T']);
  const positions = g.input('positions', 'int64', ['B', 'S']);
  const sizes = (start: bigint) => g.node('Shape', [bias], { attributes: { start, end: 4n } });
  const joined = (parts: readonly Value[]) => g.node('Concat', parts, { attributes: { axis: 0n } });
  const tables = once((rotary: Rotary, serial) => {
    const { cos, sin } = rotaryTables(rotary, config.context, config.headDim);
    const shape = [config.context, config.headDim / 2];
    const name = (kind: string) => (serial === 0 ? kind : `${kind}_${serial}`);
    return {
      cos: g.constant(name('cos'), 'float32', shape, cos),
      sin: g.constant(name('sin'), 'float32', shape, sin),
    };
  });
  const biases = once((window: number | null) =>
    // No sequence is longer than the context, so that a window as wide hides nothing.
    window === null || window >= config.context ? bias : windowedBias(g, bias, positions, window),
  );
  return {
    positions,
    bias: config.attention.map(({ window }) => biases(window)),
    rotary: config.attention.map(({ rotary }) => tables(rotary)),
    pastKeys: past('key'),
    pastValues: past('value'),
    scoresByHead: joined([g.ints(0, config.heads), sizes(2n)]),
    scoresByKvHead: joined([g.ints(0, config.kvHeads, -1), sizes(3n)]),
  };
}

/** `make`, once for each value that it is asked for; `serial` counts them. */
function once<K, V>(make: (key: K, serial: number) => V): (key: K) => V {
  const made = new Map<string, V>();
  return (key) => {
    const name = JSON.stringify(key);
    if (!made.has(name)) made.set(name, make(key, made.size));
    return made.get(name)!;
  };
}

/**
 * Attention of one layer over past and new tokens:
 * qkv [B, S, (heads + 2 kvHeads) · headDim] → [B, S, heads · headDim].
 *
 * Written out rather than fused: GroupQueryAttention takes no batch of several new tokens over a past, and
 * MultiHeadAttention forgets its past unless the whole of it is fetched again. Same speed, measured.
 */
export function addAttention(
  g: GraphBuilder,
  config: DecoderConfig,
  inputs: AttentionInputs,
  weights: LayerWeights,
  qkv: Value,
  layer: number,
): Value {
  const { heads, kvHeads, headDim } = config;
  const sizes = g.ints(heads * headDim, kvHeads * headDim, kvHeads * headDim);
  const [q, k, v] = g.nodes('Split', [qkv, sizes], 3, { attributes: { axis: -1n } }) as [Value, Value, Value];
  const prepared = (x: Value, name: string, weight: Float32Array | null, count: number) => {
    const normed = weight ? normHeads(g, config, `layer_${layer}_${name}`, x, weight, count) : x;
    return splitHeads(g, rotate(g, inputs, layer, normed, count), count, headDim);
  };
  const query = prepared(q, 'query_norm', weights.queryNorm, heads);
  const key = prepared(k, 'key_norm', weights.keyNorm, kvHeads);
  const value = splitHeads(g, v, kvHeads, headDim);
  g.output(`key_${layer}`, key, 'float32', ['B', kvHeads, 'S', headDim]);
  g.output(`value_${layer}`, value, 'float32', ['B', kvHeads, 'S', headDim]);

  const keys = g.node('Concat', [inputs.pastKeys[layer]!, key], { attributes: { axis: 2n } });
  const values = g.node('Concat', [inputs.pastValues[layer]!, value], { attributes: { axis: 2n } });
  // Grouped-query attention (Ainslie et al. 2023): the query heads that share a key head stand one below
  // the other, [B, kvHeads, heads / kvHeads · S, headDim], so that keys and values need not be repeated.
  const grouped = kvHeads !== heads;
  const reshape = (x: Value, shape: Value) => (grouped ? g.node('Reshape', [x, shape]) : x);
  const scores = g.node('FusedMatMul', [reshape(query, g.ints(0, kvHeads, -1, headDim)), keys], {
    domain: MICROSOFT,
    attributes: { transB: 1n, alpha: config.scoreScale },
  });
  const biased = g.node('Add', [reshape(scores, inputs.scoresByHead), inputs.bias[layer]!]);
  const shares = g.node('Softmax', [biased], { attributes: { axis: -1n } });
  const mixed = g.node('MatMul', [reshape(shares, inputs.scoresByKvHead), values]);
  return mergeHeads(g, reshape(mixed, g.ints(0, heads, -1, headDim)), heads * headDim);
}

/** Each head of x [B, S, count · headDim] by itself. */
function normHeads(
  g: GraphBuilder,
  config: DecoderConfig,
  name: string,
  x: Value,
  weight: Float32Array,
  count: number,
): Value {
  const apart = g.node('Reshape', [x, g.ints(0, 0, count, config.headDim)]);
  const normed = norm(g, name, apart, weight, config.normEpsilon);
  return g.node('Reshape', [normed, g.ints(0, 0, count * config.headDim)]);
}

/** Rotary embedding (Su et al. 2021); x is [B, S, count · headDim]. */
function rotate(g: GraphBuilder, inputs: AttentionInputs, layer: number, x: Value, count: number): Value {
  const { cos, sin } = inputs.rotary[layer]!;
  return g.node('RotaryEmbedding', [x, inputs.positions, cos, sin], {
    domain: MICROSOFT,
    attributes: { num_heads: BigInt(count), interleaved: 0n },
  });
}

/** [B, S, count · headDim] → [B, count, S, headDim] */
function splitHeads(g: GraphBuilder, x: Value, count: number, headDim: number): Value {
  const split = g.node('Reshape', [x, g.ints(0, 0, count, headDim)]);
  return g.node('Transpose', [split], { attributes: { perm: [0n, 2n, 1n, 3n] } });
}

/** [B, count, S, headDim] → [B, S, count · headDim] */
function mergeHeads(g: GraphBuilder, x: Value, width: number): Value {
  const transposed = g.node('Transpose', [x], { attributes: { perm: [0n, 2n, 1n, 3n] } });
  return g.node('Reshape', [transposed, g.ints(0, 0, width)]);
}
