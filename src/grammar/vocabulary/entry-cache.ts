import { LIMITS } from '../limits.ts';

export interface Weighed {
  /** Bytes, roughly. */
  readonly weight: number;
}

/**
 * What is remembered by owner and key, up to a total weight. Two generations: what was not asked for while the
 * younger one filled up is forgotten. Owners are held only as long as what is remembered of them.
 */
export class EntryCache {
  private young = new Map<object, Map<number | string, Weighed>>();
  private old = new Map<object, Map<number | string, Weighed>>();
  private weight = 0;
  private readonly most: number;

  constructor(most: number = LIMITS.entryBytes) {
    this.most = most;
  }

  get(owner: object, key: number | string): Weighed | undefined {
    const known = this.young.get(owner)?.get(key);
    if (known !== undefined) return known;
    const aged = this.old.get(owner)?.get(key);
    if (aged !== undefined) this.set(owner, key, aged);
    return aged;
  }

  set(owner: object, key: number | string, entry: Weighed): void {
    if (this.weight + entry.weight > this.most / 2) {
      this.old = this.young;
      this.young = new Map();
      this.weight = 0;
    }
    let own = this.young.get(owner);
    if (own === undefined) this.young.set(owner, (own = new Map()));
    own.set(key, entry);
    this.weight += entry.weight;
  }
}
