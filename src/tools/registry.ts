import { TenonError } from '../errors.ts';
import { digest as digestOf, type Validator } from '../schema/index.ts';
import { StoreConflict, type ToolStore } from '../store/index.ts';
import { admit } from './admit.ts';
import { checkManifest } from './check-manifest.ts';
import { createGrammarCompiler, type GrammarCompiler } from './grammar-compiler.ts';
import { createSearchIndex } from './search-index.ts';
import { type ToolEntry, toEntry, toRow } from './tool-entry.ts';
import { toolInvalid } from './tool-error.ts';
import type { Registry, Tool, ToolManifest } from './types.ts';
import { createWriteLock } from './write-lock.ts';

export interface RegistryOptions {
  readonly store: ToolStore;
  readonly validator: Validator;
  /** Default: one of its own. */
  readonly grammar?: GrammarCompiler;
  /** Whether an adapter of that name is there; default: nobody asks. */
  readonly hasAdapter?: (name: string) => boolean;
  /** Told after the current tools have changed. */
  readonly onChange?: () => void;
}

/** The model decides well among a few tools; with so many it gets them even where no word matches. */
const ALWAYS_OFFERED = 8;
/** Past versions kept in memory, for the calls and reviews that still refer to them. */
const MOST_VERSIONS = 256;

/**
 * The tools of a gateway. Everything current is held in memory, so that a call costs no query; the store is
 * read once, at the first use. One registry a store: a change made elsewhere is seen after a restart.
 */
export function createRegistry({
  store,
  validator,
  grammar = createGrammarCompiler(),
  hasAdapter = () => true,
  onChange = () => {},
}: RegistryOptions): Registry {
  const current = new Map<string, ToolEntry>();
  const versions = new Map<string, ToolEntry>();
  const index = createSearchIndex();
  const writing = createWriteLock();
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    for (const row of await store.list()) keep(toEntry(row));
  }

  function ready(): Promise<void> {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  function keep(entry: ToolEntry): void {
    current.set(entry.tool.name, entry);
    index.put(entry.tool);
  }

  async function entryOf(name: string): Promise<ToolEntry> {
    await ready();
    const entry = current.get(name);
    if (entry === undefined)
      throw new TenonError('tool_not_found', { name: name.slice(0, 64) }, { param: 'tool' });
    return entry;
  }

  async function versionOf(name: string, version: number): Promise<ToolEntry> {
    const key = `${name}@${version}`;
    let entry = versions.get(key);
    if (entry === undefined) {
      const row = await store.version(name, version);
      if (row === null) throw new TenonError('tool_not_found', { name: key }, { param: 'tool' });
      entry = toEntry(row);
      const oldest = versions.keys().next().value;
      if (versions.size >= MOST_VERSIONS && oldest !== undefined) versions.delete(oldest);
      versions.set(key, entry);
    }
    return entry;
  }

  async function add(manifest: ToolManifest, digest: string): Promise<Tool> {
    checkAdapter(manifest);
    const admission = await admit(manifest, { validator, grammar });
    // Admitting takes a while: it may have been removed since.
    checkAdapter(manifest);
    const version = (await store.lastVersion(manifest.name)) + 1;
    const row = toRow(manifest, admission, { version, digest, created_at: new Date().toISOString() });
    try {
      await store.insert(row);
    } catch (error) {
      if (error instanceof StoreConflict)
        throw new TenonError('tool_conflict', { name: manifest.name }, { cause: error });
      throw error;
    }
    const entry = toEntry(row);
    keep(entry);
    onChange();
    return entry.tool;
  }

  function checkAdapter({ adapter }: ToolManifest): void {
    if (adapter !== undefined && !hasAdapter(adapter))
      throw new TenonError('tool_adapter_unknown', { adapter }, { param: '/adapter' });
  }

  return {
    async register(input) {
      const manifest = await checkManifest(input);
      await ready();
      return writing(manifest.name, async () => {
        const digest = digestOf(manifest);
        const existing = current.get(manifest.name);
        if (existing?.tool.digest === digest) return existing.tool;
        if (existing) throw new TenonError('tool_exists', { name: manifest.name }, { param: '/name' });
        return add(manifest, digest);
      });
    },
    async replace(name, input) {
      const manifest = await checkManifest(input);
      if (manifest.name !== name)
        throw toolInvalid(`it is called ${manifest.name} here and ${name} in the address`, '/name');
      await ready();
      return writing(name, async () => {
        const existing = current.get(name);
        // The text too: the digest does not see the order of properties, and decoding follows it.
        if (existing?.text === JSON.stringify(manifest)) return existing.tool;
        return add(manifest, digestOf(manifest));
      });
    },
    async get(name, version) {
      if (version === undefined) return (await entryOf(name)).tool;
      await ready();
      const entry = current.get(name);
      return entry?.tool.version === version ? entry.tool : (await versionOf(name, version)).tool;
    },
    async list() {
      await ready();
      return [...current.values()].map((entry) => entry.tool).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(name) {
      await ready();
      await writing(name, async () => {
        const removed = await store.remove(name);
        current.delete(name);
        index.remove(name);
        onChange();
        if (!removed) throw new TenonError('tool_not_found', { name: name.slice(0, 64) }, { param: 'tool' });
      });
    },
    async types(name) {
      return (await entryOf(name)).types;
    },
    async grammar(name) {
      return (await entryOf(name)).gbnf;
    },
    async search(text, limit) {
      await ready();
      const found = index.search(text).flatMap((name) => current.get(name)?.tool ?? []);
      const least = Math.min(limit, ALWAYS_OFFERED);
      if (found.length < least) found.push(...newestExcept(found, least - found.length));
      return found.slice(0, limit);
    },
  };

  function newestExcept(found: readonly Tool[], count: number): readonly Tool[] {
    const names = new Set(found.map((tool) => tool.name));
    return [...current.values()]
      .map((entry) => entry.tool)
      .filter((tool) => !names.has(tool.name))
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
      .slice(0, count);
  }
}
