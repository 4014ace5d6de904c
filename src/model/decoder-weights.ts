import type { LinearWeights, Matrix } from './linear.ts';
import type { Precision } from './quantize/precision.ts';
import { type StoreMatrix, storage } from './quantize/storage.ts';
import { siteOutputs, siteShapes } from './sites.ts';
import type { DecoderConfig, Site, SiteShape } from './types.ts';
import { SITES } from './types.ts';

/** Reads a tensor by its Hugging Face name, checked against `shape`; row-major 32-bit floats. */
export type ReadTensor = (name: string, shape: readonly number[]) => Float32Array<ArrayBuffer>;

export interface LayerWeights {
  readonly attentionNorm: Float32Array;
  readonly queryNorm: Float32Array | null;
  readonly keyNorm: Float32Array | null;
  /** Of what attention puts out, before it is added. */
  readonly attendedNorm: Float32Array | null;
  readonly feedForwardNorm: Float32Array;
  readonly fedForwardNorm: Float32Array | null;
  readonly sites: Readonly<Record<Site, LinearWeights>>;
}

export interface DecoderWeights {
  /** [vocabulary, hidden] */
  readonly embedding: Matrix;
  readonly layers: readonly LayerWeights[];
  readonly finalNorm: Float32Array;
  /** Shares the embedding's matrix where the checkpoint does. */
  readonly head: LinearWeights;
}

/** Matrix by matrix, so that a quantized model is never in memory as floats. */
export function readDecoderWeights(
  config: DecoderConfig,
  read: ReadTensor,
  precision: Precision = 'fp32',
): DecoderWeights {
  const { hidden, vocabulary, headDim } = config;
  const shapes = siteShapes(config);
  const norm = (name: string, width = hidden): Float32Array => {
    const weight = read(name, [width]);
    return config.normOffset === 0 ? weight : weight.map((w) => w + config.normOffset);
  };
  const around = config.norms === 'around';
  const { vocabularyMatrix, layerMatrix } = storage(precision);
  const embedding = vocabularyMatrix(
    read('model.embed_tokens.weight', [vocabulary, hidden]),
    vocabulary,
    hidden,
  );
  const layers = Array.from({ length: config.layers }, (_, layer): LayerWeights => {
    const prefix = `model.layers.${layer}.`;
    const fuse = (site: Site) => readSite(config, read, prefix, shapes[site], layerMatrix);
    return {
      attentionNorm: norm(`${prefix}input_layernorm.weight`),
      queryNorm: config.queryKeyNorm ? norm(`${prefix}self_attn.q_norm.weight`, headDim) : null,
      keyNorm: config.queryKeyNorm ? norm(`${prefix}self_attn.k_norm.weight`, headDim) : null,
      attendedNorm: around ? norm(`${prefix}post_attention_layernorm.weight`) : null,
      feedForwardNorm: norm(`${prefix}${around ? 'pre_feedforward' : 'post_attention'}_layernorm.weight`),
      fedForwardNorm: around ? norm(`${prefix}post_feedforward_layernorm.weight`) : null,
      sites: Object.fromEntries(SITES.map((site) => [site, fuse(site)])) as Record<Site, LinearWeights>,
    };
  });
  const head = config.tiedEmbeddings
    ? embedding
    : vocabularyMatrix(read('lm_head.weight', [vocabulary, hidden]), vocabulary, hidden);
  return {
    embedding,
    layers,
    finalNorm: norm('model.norm.weight'),
    head: { inputs: hidden, outputs: vocabulary, matrix: head, bias: null },
  };
}

function readSite(
  config: DecoderConfig,
  read: ReadTensor,
  prefix: string,
  shape: SiteShape,
  store: StoreMatrix,
): LinearWeights {
  const { inputs, projections } = shape;
  const outputs = siteOutputs(shape);
  const weight = new Float32Array(outputs * inputs);
  const biased = projections.some(({ name }) => config.biased.includes(name));
  const bias = biased ? new Float32Array(outputs) : null;
  let row = 0;
  for (const { name, module, outputs: rows } of projections) {
    weight.set(read(`${prefix}${module}.weight`, [rows, inputs]), row * inputs);
    if (bias && config.biased.includes(name)) bias.set(read(`${prefix}${module}.bias`, [rows]), row);
    row += rows;
  }
  return { inputs, outputs, matrix: store(weight, outputs, inputs), bias };
}
