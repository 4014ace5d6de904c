import type { LinearWeights } from './linear.ts';
import { siteOutputs, siteShapes } from './sites.ts';
import type { DecoderConfig, Site, SiteShape } from './types.ts';
import { SITES } from './types.ts';

/** Reads a tensor by its Hugging Face name, checked against `shape`; row-major 32-bit floats. */
export type ReadTensor = (name: string, shape: readonly number[]) => Float32Array<ArrayBuffer>;

export interface LayerWeights {
  readonly inputNorm: Float32Array;
  readonly postAttentionNorm: Float32Array;
  readonly sites: Readonly<Record<Site, LinearWeights>>;
}

export interface DecoderWeights {
  /** [vocabulary, hidden] */
  readonly embedding: Float32Array;
  readonly layers: readonly LayerWeights[];
  readonly finalNorm: Float32Array;
  /** Shares the embedding's matrix where the checkpoint does. */
  readonly head: LinearWeights;
}

export function readDecoderWeights(config: DecoderConfig, read: ReadTensor): DecoderWeights {
  const { hidden, vocabulary } = config;
  const shapes = siteShapes(config);
  const embedding = read('model.embed_tokens.weight', [vocabulary, hidden]);
  const layers = Array.from({ length: config.layers }, (_, layer) => {
    const prefix = `model.layers.${layer}.`;
    const fuse = (site: Site) => readSite(read, prefix, shapes[site]);
    return {
      inputNorm: read(`${prefix}input_layernorm.weight`, [hidden]),
      postAttentionNorm: read(`${prefix}post_attention_layernorm.weight`, [hidden]),
      sites: Object.fromEntries(SITES.map((site) => [site, fuse(site)])) as Record<Site, LinearWeights>,
    };
  });
  const head = config.tiedEmbeddings ? embedding : read('lm_head.weight', [vocabulary, hidden]);
  return {
    embedding,
    layers,
    finalNorm: read('model.norm.weight', [hidden]),
    head: { inputs: hidden, outputs: vocabulary, weight: head, bias: null },
  };
}

function readSite(read: ReadTensor, prefix: string, shape: SiteShape): LinearWeights {
  const { inputs, projections } = shape;
  const outputs = siteOutputs(shape);
  const weight = new Float32Array(outputs * inputs);
  let row = 0;
  for (const { module, outputs: rows } of projections) {
    weight.set(read(`${prefix}${module}.weight`, [rows, inputs]), row * inputs);
    row += rows;
  }
  return { inputs, outputs, weight, bias: null };
}
