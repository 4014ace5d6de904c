import { LIMITS } from '../limits.ts';

export interface Weighed {
  /** Bytes, roughly. */
  readonly weight: number;
}

/** What is remembered belongs to an automaton, which it keeps alive: how large that is now counts too. */
export type Owner = Partial<Weighed>;

interface Owned {
  readonly entries: Map<number | string, Weighed>;
  /** Of the owner's weight, what is in the total. */
  counted: number;
}

/**
 * What is remembered by owner and key, up to a total weight, the owners' own included. Two generations: what was not
 * asked for while the younger one filled up is forgotten. Owners are held only as long as what is remembered of them.
 */
export class EntryCache {
  private young = new Map<Owner, Owned>();
  private old = new Map<Owner, Owned>();
  private weight = 0;
  private readonly most: number;

  constructor(most: number = LIMITS.entryBytes) {
    this.most = most;
  }

  get(owner: Owner, key: number | string): Weighed | undefined {
    const known = this.young.get(owner)?.entries.get(key);
    if (known !== undefined) return known;
    const aged = this.old.get(owner)?.entries.get(key);
    if (aged !== undefined) this.set(owner, key, aged);
    return aged;
  }

  set(owner: Owner, key: number | string, entry: Weighed): void {
    if (this.weight > this.most / 2) {
      this.old = this.young;
      this.young = new Map();
      this.weight = 0;
    }
    let own = this.young.get(owner);
    if (own === undefined) this.young.set(owner, (own = { entries: new Map(), counted: 0 }));
    own.entries.set(key, entry);
    const { weight = 0 } = owner;
    this.weight += entry.weight + weight - own.counted;
    own.counted = weight;
  }
}
