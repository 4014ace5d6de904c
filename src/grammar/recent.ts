import { growth } from './work.ts';

/** How many looks pass before the sizes, which grow in use, are added up again. */
const EVERY = 16;
/** Adding up must stay cheap. */
const COUNT = 1024;

/** Values that are worth keeping for the next grammar, up to a total size; the least recently used go first. */
export class Recent<Key, Value> {
  private readonly kept = new Map<Key, Value>();
  private readonly most: number;
  private readonly sizeOf: (value: Value) => number;
  private looks = 0;
  private seen = 0;

  /** `sizeOf`: bytes, roughly; asked again as the value grows. */
  constructor(most: number, sizeOf: (value: Value) => number) {
    this.most = most;
    this.sizeOf = sizeOf;
  }

  get count(): number {
    return this.kept.size;
  }

  /** The value of a key, made anew where there is none or it is worn. */
  take(key: Key, make: () => Value, worn: (value: Value) => boolean): Value {
    const known = this.kept.get(key);
    const value = known === undefined || worn(known) ? make() : known;
    this.kept.delete(key);
    this.kept.set(key, value);
    if (++this.looks % EVERY === 0 || this.seen !== growth()) this.trim();
    return value;
  }

  private trim(): void {
    this.seen = growth();
    let size = 0;
    for (const value of this.kept.values()) size += this.sizeOf(value);
    for (const [key, value] of this.kept) {
      if (size <= this.most && this.kept.size <= COUNT) return;
      size -= this.sizeOf(value);
      this.kept.delete(key);
    }
  }
}
