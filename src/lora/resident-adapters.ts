import type { DecoderConfig, Site } from '../model/index.ts';
import { NO_RANKS, type SiteStack, SiteStacks, slotBytes, widest } from './site-stacks.ts';
import type { LoraAdapter } from './types.ts';
import { prefetchTensors, readTensors } from './weights-file.ts';

export interface Residency {
  /** Slots per layer in the stacks. */
  readonly slots: number;
  /** The slot of every row asked for. */
  readonly rows: readonly number[];
  /** Rank 0 where no row has anything; the same object as long as nothing about them changed but their content. */
  readonly stacks: Readonly<Record<Site, SiteStack>>;
}

/** Memory of the stacks: wide adapters get fewer slots rather than more memory. */
const DEFAULT_BYTES = 512 * 1024 * 1024;
/** Of weights that were read ahead and wait for their turn. */
const AHEAD_BYTES = 64 * 1024 * 1024;
/** Batches without a wide adapter after which the stacks, twice as wide as needed, are made narrow again. */
const WIDE_IDLE = 256;

/**
 * The adapters that are laid out for the graph: a bounded number of slots, least recently used out first, pinned
 * ones last. All others are on disk. Slot 0 is the bare model. Stacks are as wide as the widest adapter in them;
 * narrower ones are padded with zeros, so one batch mixes ranks.
 */
export class ResidentAdapters {
  readonly #config: DecoderConfig;
  readonly #mostSlots: number;
  readonly #bytes: number;
  readonly #bare: Residency['stacks'];
  #stacks: SiteStacks;
  /** By digest, least recently used first. */
  readonly #slotOf = new Map<string, number>();
  /** What a slot holds, or held last: a leftover need not be cleared for another of the same layout. */
  #contents: LoraAdapter[] = [];
  #pinned: ReadonlySet<string> = new Set();
  readonly #ahead = new Map<string, Uint8Array<ArrayBuffer>>();
  #idle = 0;
  /** Adapters copied into a slot so far. */
  loads = 0;

  /** `slots` counts the bare model's: at least 2. `bytes` bounds the stacks' memory, two slots aside. */
  constructor(config: DecoderConfig, slots: number, bytes: number = DEFAULT_BYTES) {
    this.#config = config;
    this.#mostSlots = Math.max(2, slots);
    this.#bytes = bytes;
    this.#bare = new SiteStacks(config, 1, NO_RANKS).bySite;
    this.#stacks = new SiteStacks(config, this.#mostSlots, NO_RANKS);
  }

  /** How many different adapters one batch may hold now; fewer once a wide adapter comes: see `groups`. */
  get capacity(): number {
    return this.#stacks.slots - 1;
  }

  has(adapter: LoraAdapter): boolean {
    return this.#slotOf.has(adapter.digest);
  }

  /** Digests that make room last. Where all slots are pinned, the least recently used goes all the same. */
  pin(digests: Iterable<string>): void {
    this.#pinned = new Set(digests);
  }

  /** Reads the weights ahead, without holding up the thread, for an adapter that will be placed soon. */
  async prefetch(adapter: LoraAdapter): Promise<void> {
    const { digest, file } = adapter;
    if (this.#slotOf.has(digest) || this.#ahead.has(digest) || file.size > AHEAD_BYTES) return;
    const tensors = await prefetchTensors(file);
    if (!tensors || this.#slotOf.has(digest)) return;
    this.#ahead.set(digest, tensors);
    let held = [...this.#ahead.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of this.#ahead) {
      if (held <= AHEAD_BYTES) break;
      this.#ahead.delete(oldest);
      held -= length;
    }
  }

  /**
   * Row indices by batch: as few batches as the slots allow, what is resident first, so that no adapter is moved in
   * twice for the same rows. Rows of one adapter stay together.
   */
  groups(rows: readonly (LoraAdapter | null)[]): readonly (readonly number[])[] {
    const wanted = distinct(rows);
    if (wanted.length < 2) return [rows.map((_, row) => row)];
    const [resident, absent] = [
      wanted.filter((one) => this.has(one)),
      wanted.filter((one) => !this.has(one)),
    ];
    const batches: LoraAdapter[][] = [[]];
    let { ranks } = this.#stacks;
    for (const adapter of [...resident, ...absent]) {
      const batch = batches.at(-1)!;
      // A wide adapter in one batch leaves fewer slots for the next.
      ranks = widest([ranks, adapter.ranks]);
      const slots = this.#slotsOf(ranks);
      if (batch.length === 0 || batch.length + 1 < slots) batch.push(adapter);
      else batches.push([adapter]);
    }
    const batchOf = new Map(batches.flatMap((batch, i) => batch.map(({ digest }) => [digest, i] as const)));
    return batches.map((_, i) =>
      rows.flatMap((row, at) => ((row === null ? 0 : batchOf.get(row.digest)) === i ? [at] : [])),
    );
  }

  /**
   * Makes every row's adapter (null: none) resident and says where. Throws `adapter_invalid` for a file that has
   * changed since it was added, and RangeError where a batch has too many: split it by `groups`.
   */
  place(rows: readonly (LoraAdapter | null)[]): Residency {
    const wanted = distinct(rows);
    if (wanted.length === 0) return { slots: 1, rows: rows.map(() => 0), stacks: this.#bare };
    this.#fit(wanted);
    if (wanted.length > this.capacity)
      throw new RangeError(`a batch of ${wanted.length} adapters in ${this.capacity} slots`);
    for (const { digest } of wanted) this.#touch(digest);
    for (const adapter of wanted) if (!this.has(adapter)) this.#load(adapter);
    return {
      slots: this.#stacks.slots,
      rows: rows.map((row) => (row ? this.#slotOf.get(row.digest)! : 0)),
      stacks: this.#stacks.only(widest(wanted.map(({ ranks }) => ranks))),
    };
  }

  #touch(digest: string): void {
    const slot = this.#slotOf.get(digest);
    if (slot === undefined) return;
    this.#slotOf.delete(digest);
    this.#slotOf.set(digest, slot);
  }

  #load(adapter: LoraAdapter): void {
    const tensors = this.#ahead.get(adapter.digest) ?? readTensors(adapter.file);
    this.#ahead.delete(adapter.digest);
    const slot = this.#freeSlot();
    const before = this.#contents[slot];
    if (before && !sameLayout(before, adapter)) this.#stacks.clear(slot);
    this.#stacks.write(slot, adapter, tensors);
    this.#contents[slot] = adapter;
    this.#slotOf.set(adapter.digest, slot);
    this.loads++;
  }

  #freeSlot(): number {
    if (this.#slotOf.size < this.capacity) {
      const taken = new Set(this.#slotOf.values());
      for (let slot = 1; slot < this.#stacks.slots; slot++) if (!taken.has(slot)) return slot;
    }
    const [oldest] = this.#evictionOrder();
    const slot = this.#slotOf.get(oldest!)!;
    this.#slotOf.delete(oldest!);
    return slot;
  }

  #evictionOrder(): readonly string[] {
    const digests = [...this.#slotOf.keys()];
    const isPinned = (digest: string) => this.#pinned.has(digest);
    return [...digests.filter((digest) => !isPinned(digest)), ...digests.filter(isPinned)];
  }

  /** Widens the stacks for `wanted`, and narrows them once what made them wide has not been used for long. */
  #fit(wanted: readonly LoraAdapter[]): void {
    const { ranks } = this.#stacks;
    const needed = widest(wanted.map((adapter) => adapter.ranks));
    const wider = widest([ranks, needed]);
    const bytes = slotBytes(this.#config, ranks);
    if (slotBytes(this.#config, wider) > bytes) this.#rebuild(wider, wanted);
    this.#idle = this.#isHalf(needed, bytes) ? this.#idle + 1 : 0;
    if (this.#idle < WIDE_IDLE) return;
    this.#idle = 0;
    const narrow = this.#residents().filter((adapter) => this.#isHalf(adapter.ranks, bytes));
    this.#rebuild(widest([needed, ...narrow.map((adapter) => adapter.ranks)]), wanted);
  }

  #isHalf(ranks: SiteStacks['ranks'], bytes: number): boolean {
    return slotBytes(this.#config, ranks) * 2 <= bytes;
  }

  #residents(): readonly LoraAdapter[] {
    return [...this.#slotOf.values()].map((slot) => this.#contents[slot]!);
  }

  /** New stacks with as many of the residents as fit, those `wanted` and the last used first. */
  #rebuild(ranks: SiteStacks['ranks'], wanted: readonly LoraAdapter[]): void {
    const before = this.#stacks;
    const stacks = new SiteStacks(this.#config, this.#slotsOf(ranks), ranks);
    const order = this.#evictionOrder().toReversed();
    const isWanted = new Set(wanted.map(({ digest }) => digest));
    const kept = [...order.filter((one) => isWanted.has(one)), ...order.filter((one) => !isWanted.has(one))]
      .map((digest) => this.#contents[this.#slotOf.get(digest)!]!)
      .filter((adapter) => fits(adapter, stacks))
      .slice(0, stacks.slots - 1);
    const contents: LoraAdapter[] = [];
    const slots = kept.map((adapter, i) => {
      stacks.take(i + 1, before, this.#slotOf.get(adapter.digest)!);
      contents[i + 1] = adapter;
      return [adapter.digest, i + 1] as const;
    });
    // Kept by use: the order of the map is the order in which they go.
    const lastUsed = [...this.#slotOf.keys()];
    slots.sort(([a], [b]) => lastUsed.indexOf(a) - lastUsed.indexOf(b));
    this.#slotOf.clear();
    for (const [digest, slot] of slots) this.#slotOf.set(digest, slot);
    this.#contents = contents;
    this.#stacks = stacks;
  }

  #slotsOf(ranks: SiteStacks['ranks']): number {
    const bytes = slotBytes(this.#config, ranks);
    const affordable = bytes === 0 ? this.#mostSlots : Math.floor(this.#bytes / bytes);
    return Math.max(2, Math.min(this.#mostSlots, affordable));
  }
}

function distinct(rows: readonly (LoraAdapter | null)[]): readonly LoraAdapter[] {
  return [...new Map(rows.flatMap((row) => (row ? [[row.digest, row] as const] : []))).values()];
}

/** Whether one fills exactly what the other fills. */
function sameLayout(one: LoraAdapter, other: LoraAdapter): boolean {
  if (one.modules.length !== other.modules.length) return false;
  return one.modules.every((module, i) => {
    const { site, layer, row, rank, column } = other.modules[i]!;
    return (
      module.site === site &&
      module.layer === layer &&
      module.row === row &&
      module.rank === rank &&
      module.column === column
    );
  });
}

function fits(adapter: LoraAdapter, stacks: SiteStacks): boolean {
  return Object.entries(adapter.ranks).every(([site, rank]) => rank <= stacks.ranks[site as Site]);
}
