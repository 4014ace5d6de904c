import { siteOutputs, siteShapes } from './sites.ts';
import type { DecoderConfig, Site, SiteShape } from './types.ts';
import { SITES } from './types.ts';

/** Reads a tensor by its Hugging Face name, checked against `shape`; row-major 32-bit floats. */
export type ReadTensor = (name: string, shape: readonly number[]) => Float32Array<ArrayBuffer>;

export interface LayerWeights {
  readonly inputNorm: Float32Array;
  readonly postAttentionNorm: Float32Array;
  /** Each site's fused matrix, [inputs, outputs]: ready for `x · W`. */
  readonly sites: Readonly<Record<Site, Float32Array>>;
}

export interface DecoderWeights {
  /** [vocabulary, hidden] */
  readonly embedding: Float32Array;
  readonly layers: readonly LayerWeights[];
  readonly finalNorm: Float32Array;
  /** [hidden, vocabulary] */
  readonly head: Float32Array;
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
      sites: Object.fromEntries(SITES.map((site) => [site, fuse(site)])) as Record<Site, Float32Array>,
    };
  });
  const head = config.tiedEmbeddings ? embedding : read('lm_head.weight', [vocabulary, hidden]);
  const transposed = new Float32Array(head.length);
  transposeInto(head, vocabulary, hidden, transposed, vocabulary, 0);
  return { embedding, layers, finalNorm: read('model.norm.weight', [hidden]), head: transposed };
}

function readSite(read: ReadTensor, prefix: string, shape: SiteShape): Float32Array {
  const width = siteOutputs(shape);
  const out = new Float32Array(shape.inputs * width);
  let column = 0;
  for (const { module, outputs } of shape.projections) {
    const rows = read(`${prefix}${module}.weight`, [outputs, shape.inputs]);
    transposeInto(rows, outputs, shape.inputs, out, width, column);
    column += outputs;
  }
  return out;
}

/** Writes `from` [rows, columns], transposed, into `to` [columns, width] from column `offset` on. */
export function transposeInto(
  from: Float32Array,
  rows: number,
  columns: number,
  to: Float32Array,
  width: number,
  offset: number,
): void {
  // In blocks, so that both sides stay in the cache.
  const block = 32;
  for (let r0 = 0; r0 < rows; r0 += block) {
    const r1 = Math.min(rows, r0 + block);
    for (let c0 = 0; c0 < columns; c0 += block) {
      const c1 = Math.min(columns, c0 + block);
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) to[c * width + offset + r] = from[r * columns + c]!;
      }
    }
  }
}
