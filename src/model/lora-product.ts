import type { GraphBuilder, Value } from '../onnx/index.ts';
import { type LinearWeights, linear } from './linear.ts';
import { siteOutputs } from './sites.ts';
import type { DecoderConfig, Site, SiteShape } from './types.ts';
import { SITES } from './types.ts';

/**
 * Adapters as inputs of the graph (Hu et al. 2021): y = x·W + (x·A)·B, with A and B gathered by row.
 *
 * For every site, `lora_SITE_a` is float32 [N, inputs, R] and `lora_SITE_b` float32 [N, R, outputs], where N is
 * layers × slots, layer-major, and R the (fused) rank they are padded to; `slots` is int64 [layers, B], the
 * index into N for every row. R may be 0: then the products vanish and only the bare model is left.
 * They are mandatory inputs because the Node binding drops optional ones without a word.
 */
export interface LoraInputs {
  /** Per layer: int64 [1, B]. */
  readonly slots: readonly Value[];
  readonly sites: Readonly<Record<Site, { readonly a: Value; readonly b: Value }>>;
}

export function loraInputs(
  g: GraphBuilder,
  config: DecoderConfig,
  shapes: Readonly<Record<Site, SiteShape>>,
): LoraInputs {
  const slots = g.input('slots', 'int64', [config.layers, 'B']);
  const sites = SITES.map((site) => {
    const a = g.input(`lora_${site}_a`, 'float32', [`N_${site}`, shapes[site].inputs, `R_${site}`]);
    const b = g.input(`lora_${site}_b`, 'float32', [`N_${site}`, `R_${site}`, siteOutputs(shapes[site])]);
    return [site, { a, b }] as const;
  });
  const perLayer = Array.from({ length: config.layers }, (_, layer) =>
    g.node('Gather', [slots, g.index(layer)], { attributes: { axis: 0n } }),
  );
  return { slots: perLayer, sites: Object.fromEntries(sites) as LoraInputs['sites'] };
}

/** x [B, S, inputs] through the site's matrix, plus each row's own low-rank product. */
export function siteProduct(
  g: GraphBuilder,
  x: Value,
  weights: LinearWeights,
  lora: LoraInputs,
  site: Site,
  layer: number,
): Value {
  const { a, b } = lora.sites[site];
  const slots = lora.slots[layer]!;
  const low = g.node('MatMul', [x, g.node('Gather', [a, slots])]);
  const delta = g.node('MatMul', [low, g.node('Gather', [b, slots])]);
  return g.node('Add', [linear(g, `layer_${layer}_${site}`, x, weights), delta]);
}
