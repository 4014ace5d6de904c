import { type DecoderConfig, SITES, type Site, siteOutputs, siteShapes } from '../model/index.ts';
import { copyModule, type SlotView } from './copy-module.ts';
import type { LoraAdapter } from './types.ts';

/** A and B of one site over all layers and slots, as the decoder graph takes them. */
export interface SiteStack {
  readonly rank: number;
  /** [layers × slots, inputs, rank] */
  readonly a: Float32Array;
  /** [layers × slots, rank, outputs] */
  readonly b: Float32Array;
}

export type Ranks = Readonly<Record<Site, number>>;

export const NO_RANKS: Ranks = ranksBy(() => 0);

export function ranksBy(rankOf: (site: Site) => number): Ranks {
  return Object.fromEntries(SITES.map((site) => [site, rankOf(site)])) as Ranks;
}

export function widest(ranks: readonly Ranks[]): Ranks {
  return ranksBy((site) => Math.max(0, ...ranks.map((of) => of[site])));
}

/** Bytes of one slot of such ranks over all layers. */
export function slotBytes(config: DecoderConfig, ranks: Ranks): number {
  const shapes = siteShapes(config);
  const elements = SITES.map((site) => ranks[site] * (shapes[site].inputs + siteOutputs(shapes[site])));
  return config.layers * elements.reduce((sum, count) => sum + count, 0) * 4;
}

/** A number of slots of the same ranks. What an adapter narrower than its slot does not fill is zero. */
export class SiteStacks {
  readonly slots: number;
  readonly ranks: Ranks;
  readonly bySite: Readonly<Record<Site, SiteStack>>;
  readonly #config: DecoderConfig;
  readonly #parts = new Map<string, Readonly<Record<Site, SiteStack>>>();

  constructor(config: DecoderConfig, slots: number, ranks: Ranks) {
    this.#config = config;
    this.slots = slots;
    this.ranks = ranks;
    const shapes = siteShapes(config);
    const stacks = SITES.map((site) => {
      const rank = ranks[site];
      const elements = config.layers * slots * rank;
      const a = new Float32Array(elements * shapes[site].inputs);
      const b = new Float32Array(elements * siteOutputs(shapes[site]));
      return [site, { rank, a, b }] as const;
    });
    this.bySite = Object.fromEntries(stacks) as Record<Site, SiteStack>;
  }

  /** With rank 0, which costs nothing, where `needed` is 0. The same object for the same sites. */
  only(needed: Ranks): Readonly<Record<Site, SiteStack>> {
    const sites = SITES.filter((site) => needed[site] > 0);
    if (sites.length === SITES.length) return this.bySite;
    const known = this.#parts.get(sites.join());
    if (known) return known;
    const none: SiteStack = { rank: 0, a: new Float32Array(), b: new Float32Array() };
    const part = Object.fromEntries(
      SITES.map((site) => [site, sites.includes(site) ? this.bySite[site] : none]),
    ) as Record<Site, SiteStack>;
    this.#parts.set(sites.join(), part);
    return part;
  }

  write(slot: number, adapter: LoraAdapter, tensors: Uint8Array<ArrayBuffer>): void {
    for (const module of adapter.modules)
      copyModule(module, tensors, this.#view(slot, module.site, module.layer));
  }

  clear(slot: number): void {
    this.#each(slot, ({ a, b }) => {
      a.fill(0);
      b.fill(0);
    });
  }

  /** Takes a slot over from other stacks, wider or narrower; what the narrower do not hold must be zero there. */
  take(slot: number, from: SiteStacks, fromSlot: number): void {
    this.#each(slot, (to, site, layer) => {
      const source = from.#view(fromSlot, site, layer);
      const rank = Math.min(to.rank, source.rank);
      const { inputs } = siteShapes(this.#config)[site];
      for (let k = 0; k < inputs; k++)
        for (let r = 0; r < rank; r++) to.a[k * to.rank + r] = source.a[k * source.rank + r]!;
      to.b.set(source.b.subarray(0, rank * to.outputs));
    });
  }

  #each(slot: number, visit: (view: SlotView, site: Site, layer: number) => void): void {
    for (const site of SITES) {
      if (this.ranks[site] === 0) continue;
      for (let layer = 0; layer < this.#config.layers; layer++)
        visit(this.#view(slot, site, layer), site, layer);
    }
  }

  #view(slot: number, site: Site, layer: number): SlotView {
    const shape = siteShapes(this.#config)[site];
    const outputs = siteOutputs(shape);
    const { a, b, rank } = this.bySite[site];
    const at = layer * this.slots + slot;
    const [sizeA, sizeB] = [shape.inputs * rank, rank * outputs];
    return {
      a: a.subarray(at * sizeA, (at + 1) * sizeA),
      b: b.subarray(at * sizeB, (at + 1) * sizeB),
      rank,
      outputs,
    };
  }
}
