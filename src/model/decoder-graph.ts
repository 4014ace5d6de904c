import { type Graph, GraphBuilder, type Value } from '../onnx/index.ts';
import { addAttention, attentionInputs } from './attention.ts';
import type { DecoderWeights } from './decoder-weights.ts';
import { gatedUnit } from './feed-forward.ts';
import { linear, lookUp, type Matrix } from './linear.ts';
import { loraInputs, siteProduct } from './lora-product.ts';
import { addAndNorm, norm } from './norm.ts';
import { siteShapes } from './sites.ts';
import type { DecoderConfig, Site } from './types.ts';

/**
 * A decoder over a batch of rows, each with its own past, positions and adapter: a Llama (Touvron et al. 2023)
 * with the traits of `config`.
 *
 * Inputs, for B rows of S new tokens (padded) and P past tokens (padded), T = P + S:
 * - `ids`, `positions`: int64 [B, S]
 * - `bias`: float32 [B, 1, S, T], added to the attention scores: 0 where a token may look, very negative elsewhere
 *   (where a layer sees a window only, the graph hides the rest by itself)
 * - `picked`: int64 [K], which of the B · S positions need a prediction
 * - `past_key_L`, `past_value_L`: float32 [B, kvHeads, P, headDim] for every layer L; what stands at
 *   place p of a row's past is its token at position p
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

  const { normEpsilon: epsilon } = config;
  let residual = embed(g, config, weights.embedding, ids);
  let normed = norm(g, 'layer_0_input_norm', residual, weights.layers[0]!.attentionNorm, epsilon);

  weights.layers.forEach((layer, index) => {
    const at = `layer_${index}`;
    const product = (site: Site, x: Value) => siteProduct(g, x, layer.sites[site], lora, site, index);
    const around = (name: string, x: Value, weight: Float32Array | null) =>
      weight ? norm(g, `${at}_${name}`, x, weight, epsilon) : x;

    const attended = product('o', addAttention(g, config, attention, layer, product('qkv', normed), index));
    [normed, residual] = addAndNorm(
      g,
      `${at}_feed_forward_norm`,
      residual,
      around('attended_norm', attended, layer.attendedNorm),
      layer.feedForwardNorm,
      epsilon,
    );
    const fed = product('down', gatedUnit(g, config, product('gate_up', normed)));
    const next = weights.layers[index + 1];
    [normed, residual] = addAndNorm(
      g,
      next ? `layer_${index + 1}_input_norm` : 'final_norm',
      residual,
      around('fed_forward_norm', fed, layer.fedForwardNorm),
      next?.attentionNorm ?? weights.finalNorm,
      epsilon,
    );
  });

  const flat = g.node('Reshape', [normed, g.ints(-1, config.hidden)]);
  const logits = linear(g, 'head', g.node('Gather', [flat, picked]), weights.head);
  // Normalized here: ten times faster than a loop over the vocabulary in JavaScript.
  const logprobs = g.node('LogSoftmax', [logits], { attributes: { axis: -1n } });
  g.output('logprobs', logprobs, 'float32', ['K', config.vocabulary]);
  return g.graph();
}

function embed(g: GraphBuilder, config: DecoderConfig, matrix: Matrix, ids: Value): Value {
  const rows = lookUp(g, 'embedding', ids, matrix, [config.vocabulary, config.hidden]);
  return config.embeddingScale === 1 ? rows : g.node('Mul', [rows, g.scalar(config.embeddingScale)]);
}
