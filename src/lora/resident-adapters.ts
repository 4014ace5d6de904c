import { TenonError } from '../errors.ts';
import { type DecoderConfig, SITES, type Site, siteOutputs, siteShapes } from '../model/index.ts';
import type { LoraAdapter } from './types.ts';

/** A and B of one site over all layers and slots, as the decoder graph takes them. */
export interface SiteStack {
  readonly rank: number;
  /** [layers × slots, inputs, rank] */
  readonly a: Float32Array;
  /** [layers × slots, rank, outputs] */
  readonly b: Float32Array;
}

export interface Residency {
  /** Slots per layer in the stacks. */
  readonly slots: number;
  /** The slot of every row asked for. */
  readonly rows: readonly number[];
  readonly stacks: Readonly<Record<Site, SiteStack>>;
}

/**
 * The adapters that are laid out for the graph: a fixed number of slots, least recently used out first. Slot 0
 * is the bare model. Stacks are as wide as the widest adapter that has been resident; narrower ones are padded
 * with zeros, so one batch mixes ranks.
 */
export class ResidentAdapters {
  readonly #config: DecoderConfig;
  readonly #slots: number;
  readonly #bare: Residency['stacks'];
  #stacks: Record<Site, SiteStack>;
  /** Least recently used first. */
  readonly #slotOf = new Map<string, number>();
  readonly #resident = new Map<number, LoraAdapter>();

  /** `slots` counts the bare model's: at least 2. */
  constructor(config: DecoderConfig, slots: number) {
    this.#config = config;
    this.#slots = Math.max(2, slots);
    this.#bare = this.#emptyStacks(1, () => 0);
    this.#stacks = this.#emptyStacks(this.#slots, () => 0);
  }

  /** How many different adapters one batch may hold. */
  get capacity(): number {
    return this.#slots - 1;
  }

  /** Makes every row's adapter (null: none) resident and says where. Throws where a batch has too many. */
  place(rows: readonly (LoraAdapter | null)[]): Residency {
    const wanted = new Map(rows.filter((row) => row !== null).map((row) => [row.digest, row]));
    if (wanted.size === 0) return { slots: 1, rows: rows.map(() => 0), stacks: this.#bare };
    if (wanted.size > this.capacity)
      throw new RangeError(`a batch of ${wanted.size} adapters in ${this.capacity} slots`);
    for (const digest of wanted.keys()) this.#touch(digest);
    for (const adapter of wanted.values()) if (!this.#slotOf.has(adapter.digest)) this.#load(adapter);
    return {
      slots: this.#slots,
      rows: rows.map((row) => (row ? this.#slotOf.get(row.digest)! : 0)),
      stacks: this.#stacks,
    };
  }

  #touch(digest: string): void {
    const slot = this.#slotOf.get(digest);
    if (slot === undefined) return;
    this.#slotOf.delete(digest);
    this.#slotOf.set(digest, slot);
  }

  #load(adapter: LoraAdapter): void {
    const slot = this.#freeSlot();
    this.#slotOf.set(adapter.digest, slot);
    this.#resident.set(slot, adapter);
    const wider = SITES.some((site) => adapter.sites[site].rank > this.#stacks[site].rank);
    if (!wider) {
      this.#copy(adapter, slot);
      return;
    }
    const before = this.#stacks;
    this.#stacks = this.#emptyStacks(this.#slots, (site) =>
      Math.max(before[site].rank, adapter.sites[site].rank),
    );
    for (const [at, resident] of this.#resident) this.#copy(resident, at);
  }

  #freeSlot(): number {
    for (let slot = 1; slot < this.#slots; slot++) if (!this.#resident.has(slot)) return slot;
    const [oldest] = this.#slotOf;
    if (!oldest) throw new TenonError('internal');
    this.#slotOf.delete(oldest[0]);
    return oldest[1];
  }

  #copy(adapter: LoraAdapter, slot: number): void {
    const shapes = siteShapes(this.#config);
    for (const site of SITES) {
      const { rank, a, b } = this.#stacks[site];
      const own = adapter.sites[site];
      const { inputs } = shapes[site];
      const outputs = siteOutputs(shapes[site]);
      for (let layer = 0; layer < this.#config.layers; layer++) {
        const at = layer * this.#slots + slot;
        const toA = a.subarray(at * inputs * rank, (at + 1) * inputs * rank);
        if (own.rank < rank) toA.fill(0);
        for (let k = 0; k < inputs; k++) {
          const from = (layer * inputs + k) * own.rank;
          toA.set(own.a.subarray(from, from + own.rank), k * rank);
        }
        const toB = b.subarray(at * rank * outputs, (at + 1) * rank * outputs);
        toB.fill(0, own.rank * outputs);
        toB.set(own.b.subarray(layer * own.rank * outputs, (layer + 1) * own.rank * outputs));
      }
    }
  }

  #emptyStacks(slots: number, rankOf: (site: Site) => number): Record<Site, SiteStack> {
    const shapes = siteShapes(this.#config);
    const count = this.#config.layers * slots;
    const stacks = SITES.map((site) => {
      const rank = rankOf(site);
      const a = new Float32Array(count * shapes[site].inputs * rank);
      const b = new Float32Array(count * rank * siteOutputs(shapes[site]));
      return [site, { rank, a, b }] as const;
    });
    return Object.fromEntries(stacks) as Record<Site, SiteStack>;
  }
}
