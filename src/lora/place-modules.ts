import { type DecoderConfig, SITES, type Site, siteShapes } from '../model/index.ts';
import type { FoundModule, FoundTensor } from './adapter-tensors.ts';
import type { PlacedModule, StoredTensor } from './types.ts';

/**
 * Where each projection stands in the slot of its fused site: their A side by side, their B in blocks down the
 * diagonal, so that one pair of products does for q, k and v what three pairs would.
 */
export function placeModules(
  model: DecoderConfig,
  modules: readonly FoundModule[],
  start: number,
): readonly PlacedModule[] {
  const shapes = siteShapes(model);
  const filled = new Map<string, number>();
  const stored = ({ type, begin }: FoundTensor): StoredTensor => ({ type, begin: begin - start });
  return modules.map(({ site, layer, projection, rank, scale, inputs, outputs, a, b }) => {
    const key = `${site} ${layer}`;
    const row = filled.get(key) ?? 0;
    filled.set(key, row + rank);
    const column = shapes[site].projections
      .slice(0, projection)
      .reduce((sum, before) => sum + before.outputs, 0);
    return { site, layer, rank, scale, inputs, outputs, row, column, a: stored(a), b: stored(b) };
  });
}

/** Of each site: the largest fused rank over the layers. */
export function siteRanks(modules: readonly PlacedModule[]): Readonly<Record<Site, number>> {
  const ranks = SITES.map((site) => {
    const ends = modules.filter((module) => module.site === site).map(({ row, rank }) => row + rank);
    return [site, Math.max(0, ...ends)] as const;
  });
  return Object.fromEntries(ranks) as Record<Site, number>;
}
