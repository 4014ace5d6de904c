import { type Graph, GraphBuilder, type Value } from '../onnx/index.ts';
import { addAttention, attentionInputs } from './attention.ts';
import type { DecoderWeights } from './decoder-weights.ts';
import { linear } from './linear.ts';
import { loraInputs, siteProduct } from './lora-product.ts';
import { siteShapes } from './sites.ts';
import type { DecoderConfig, Site } from './types.ts';

const MICROSOFT = 'com.microsoft';

/**
 * A Llama decoder (Touvron et al. 2023) over a batch of rows, each with its own past, positions and adapter.
 *
 * Inputs, for B rows of S new tokens (padded) and P past tokens (padded), T = P + S:
 * - `ids`, `positions`: int64 [B, S]
 * - `bias`: float32 [B, 1, S, T], added to the attention scores: 0 where a token may look, very negative elsewhere
 * - `picked`: int64 [K], which of the B · S positions need a prediction
 * - `past_key_L`, `past_value_L`: float32 [B, kvHeads, P, headDim] for every layer L
 * - `slots`: int64 [layers, B], and `lora_SITE_a`, `lora_SITE_b`: see lora-product.ts
 *
 * Outputs: `logprobs` float32 [K, vocabulary], ln p of every next token; `key_L`, `value_L` float32 [B, kvHeads, S, headDim], the new
 * tokens' keys (rotated) and values, for the caller to keep.
 */
export function decoderGraph(config: DecoderConfig, weights: DecoderWeights): Graph {
  const g = new GraphBuilder('decoder');
  const shapes = siteShapes(config);
  const ids = g.input('ids', 'int64', ['B', 'S']);
  const picked = g.input('picked', 'int64', ['K']);
  const attention = attentionInputs(g, config);
  const lora = loraInputs(g, config, shapes);

  let residual = g.node('Gather', [
    g.constant('embedding', 'float32', [config.vocabulary, config.hidden], weights.embedding),
    ids,
  ]);
  let normed = norm(g, config, residual, 'layer_0_input_norm', weights.layers[0]!.inputNorm);

  weights.layers.forEach((layer, index) => {
    const product = (site: Site, x: Value) => siteProduct(g, x, layer.sites[site], lora, site, index);
    const attended = addAttention(g, config, attention, product('qkv', normed), index);
    [normed, residual] = addAndNorm(
      g,
      config,
      residual,
      product('o', attended),
      `layer_${index}_post_attention_norm`,
      layer.postAttentionNorm,
    );
    const down = product('down', swiglu(g, config, product('gate_up', normed)));
    const next = weights.layers[index + 1];
    const nextName = next ? `layer_${index + 1}_input_norm` : 'final_norm';
    [normed, residual] = addAndNorm(
      g,
      config,
      residual,
      down,
      nextName,
      next?.inputNorm ?? weights.finalNorm,
    );
  });

  const flat = g.node('Reshape', [normed, g.ints(-1, config.hidden)]);
  const logits = linear(g, 'head', g.node('Gather', [flat, picked]), weights.head);
  // Normalized here: ten times faster than a loop over the vocabulary in JavaScript.
  const logprobs = g.node('LogSoftmax', [logits], { attributes: { axis: -1n } });
  g.output('logprobs', logprobs, 'float32', ['K', config.vocabulary]);
  return g.graph();
}

/** down's input: silu(gate) × up (Shazeer 2020). */
function swiglu(g: GraphBuilder, config: DecoderConfig, gateUp: Value): Value {
  const sizes = g.ints(config.intermediate, config.intermediate);
  const [gate, up] = g.nodes('Split', [gateUp, sizes], 2, { attributes: { axis: -1n } }) as [Value, Value];
  // QuickGelu with alpha 1 is silu in one kernel.
  const silu = g.node('QuickGelu', [gate], { domain: MICROSOFT, attributes: { alpha: 1 } });
  return g.node('Mul', [silu, up]);
}

/** Root mean square normalization (Zhang & Sennrich 2019). */
function norm(g: GraphBuilder, config: DecoderConfig, x: Value, name: string, scale: Float32Array): Value {
  const weight = g.constant(name, 'float32', [config.hidden], scale);
  return g.node('SimplifiedLayerNormalization', [x, weight], {
    attributes: { axis: -1n, epsilon: config.normEpsilon, stash_type: 1n },
  });
}

/** [norm(x + y), x + y] in one kernel. */
function addAndNorm(
  g: GraphBuilder,
  config: DecoderConfig,
  x: Value,
  y: Value,
  name: string,
  scale: Float32Array,
): [Value, Value] {
  const weight = g.constant(name, 'float32', [config.hidden], scale);
  const outputs = g.nodes('SkipSimplifiedLayerNormalization', [x, y, weight], 4, {
    domain: MICROSOFT,
    attributes: { epsilon: config.normEpsilon },
  });
  return [outputs[0]!, outputs[3]!];
}
