import { type DecoderConfig, SITES, type SiteShape, siteOutputs, siteShapes } from '../model/index.ts';
import type { LoraAdapter, LoraModule, SitePair } from './types.ts';

/**
 * Fuses the projections of each site: their A stand side by side, their B in blocks down the diagonal, so that
 * one pair of products does for q, k and v what three pairs would.
 */
export function packSites(
  model: DecoderConfig,
  modules: readonly LoraModule[],
  scaleOf: (path: string) => number,
): LoraAdapter['sites'] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const shapes = siteShapes(model);
  const pairs = SITES.map((site) => [site, packSite(shapes[site], model.layers, byPath, scaleOf)] as const);
  return Object.fromEntries(pairs) as LoraAdapter['sites'];
}

function packSite(
  shape: SiteShape,
  layers: number,
  byPath: ReadonlyMap<string, LoraModule>,
  scaleOf: (path: string) => number,
): SitePair {
  const inLayer = (layer: number) =>
    shape.projections.map(({ module }) => byPath.get(`model.layers.${layer}.${module}`));
  const ranks = Array.from({ length: layers }, (_, layer) =>
    inLayer(layer).reduce((sum, module) => sum + (module?.rank ?? 0), 0),
  );
  const rank = Math.max(...ranks);
  const outputs = siteOutputs(shape);
  const a = new Float32Array(layers * shape.inputs * rank);
  const b = new Float32Array(layers * rank * outputs);
  for (let layer = 0; layer < layers; layer++) {
    let row = 0;
    let column = 0;
    inLayer(layer).forEach((module, i) => {
      const width = shape.projections[i]!.outputs;
      if (module) {
        const scale = scaleOf(module.path);
        for (let r = 0; r < module.rank; r++) {
          for (let k = 0; k < shape.inputs; k++) {
            a[(layer * shape.inputs + k) * rank + row + r] = module.a[r * shape.inputs + k]!;
          }
          for (let o = 0; o < width; o++) {
            b[(layer * rank + row + r) * outputs + column + o] = module.b[o * module.rank + r]! * scale;
          }
        }
        row += module.rank;
      }
      column += width;
    });
  }
  return { rank, a, b };
}
