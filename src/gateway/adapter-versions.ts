import type { AdapterVersion, NamedAdapter } from './ports.ts';

/** A version with the folder that it stands in. */
export interface KeptVersion extends AdapterVersion {
  readonly folder: string;
}

/** Which versions there are, by name, and which of them calls hold on to. */
export class AdapterVersions {
  /** The current one first. */
  readonly #byName = new Map<string, readonly KeptVersion[]>();
  readonly #holds = new Map<string, number>();
  readonly #whenFree = new Map<string, (() => void)[]>();

  of(name: string): readonly KeptVersion[] {
    return this.#byName.get(name) ?? [];
  }

  list(): readonly NamedAdapter[] {
    return [...this.#byName]
      .map(([name, [current]]) => withoutFolder(name, current!))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  current(name: string): NamedAdapter | null {
    const [current] = this.of(name);
    return current ? withoutFolder(name, current) : null;
  }

  /** Makes it the current version, in place of the one from the same source with the same content. */
  put(name: string, version: KeptVersion): void {
    const others = this.of(name).filter(
      ({ digest, source }) => digest !== version.digest || source !== version.source,
    );
    this.#byName.set(name, [version, ...others]);
  }

  /** Forgets the versions of the name that are not in `left`. */
  keepOnly(name: string, left: readonly KeptVersion[]): void {
    if (left.length === 0) this.#byName.delete(name);
    else this.#byName.set(name, left);
  }

  /** Any version, of whatever name, with that content. */
  withDigest(digest: string): KeptVersion | undefined {
    return [...this.#byName.values()].flat().find((version) => version.digest === digest);
  }

  hold(names: readonly string[]): { digestOf(name: string): string | null; release(): void } {
    const held = new Map(names.map((name) => [name, this.of(name)[0]?.digest ?? null]));
    const digests = [...held.values()].filter((digest) => digest !== null);
    for (const digest of digests) this.#holds.set(digest, (this.#holds.get(digest) ?? 0) + 1);
    return {
      digestOf: (name) => held.get(name) ?? null,
      release: () => {
        for (const digest of digests.splice(0)) this.#release(digest);
      },
    };
  }

  /** Resolves once no call holds the content. */
  free(digest: string): Promise<void> {
    if (!this.#holds.has(digest)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenFree.set(digest, [...(this.#whenFree.get(digest) ?? []), resolve]);
    });
  }

  #release(digest: string): void {
    const holds = this.#holds.get(digest)! - 1;
    if (holds > 0) {
      this.#holds.set(digest, holds);
      return;
    }
    this.#holds.delete(digest);
    for (const resolve of this.#whenFree.get(digest) ?? []) resolve();
    this.#whenFree.delete(digest);
  }
}

function withoutFolder(name: string, { folder: _, ...version }: KeptVersion): NamedAdapter {
  return { name, ...version };
}
