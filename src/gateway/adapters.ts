import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import type { AdapterInfo, Engine } from '../engine/types.ts';
import { TenonError } from '../errors.ts';
import type { AdapterStore } from '../store/index.ts';
import type { Log } from './log.ts';
import type { AdapterFiles, AdaptersPort, NamedAdapter } from './ports.ts';

export interface AdaptersOptions {
  readonly engine: Pick<Engine, 'addAdapter'>;
  readonly store: AdapterStore;
  /** Adapters that ship with the gateway: a PEFT folder each, its name the adapter's. */
  readonly shipped: string;
  /** Where uploaded ones are kept. */
  readonly uploads: string;
  readonly log: Log;
}

export interface Adapters extends AdaptersPort {
  /** The adapter that a tool names, as it is now; null where there is none. */
  current(name: string): NamedAdapter | null;
}

const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,63}$/;

/**
 * Adapters by name. Shipped folders are read first, then what was uploaded, which takes the name over. One that
 * cannot be read is left out and said in the log: a bad adapter must not keep the gateway from starting.
 */
export async function openAdapters({
  engine,
  store,
  shipped,
  uploads,
  log,
}: AdaptersOptions): Promise<Adapters> {
  const byName = new Map<string, NamedAdapter>();

  async function load(name: string, folder: string): Promise<void> {
    try {
      byName.set(name, { name, ...(await engine.addAdapter(folder)) });
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      log.warn({ adapter: name, folder, code: error.code }, `adapter ${name} left out: ${error.message}`);
    }
  }

  for (const name of await findFolders(shipped)) await load(name, join(shipped, name));
  for (const { name, folder } of newestOfEach(await store.list())) await load(name, folder);

  return {
    list: () => [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    current: (name) => byName.get(name) ?? null,
    add: async (name, files) => {
      if (!NAME.test(name)) {
        const reason = 'An adapter name is 1 to 64 letters, digits, "_" or "-".';
        throw new TenonError('invalid_request', { reason }, { param: 'name' });
      }
      const folder = join(uploads, name, ulid());
      const info = await keep(folder, files, engine);
      await store.put(toRow(name, folder, info));
      const adapter = { name, ...info };
      byName.set(name, adapter);
      return adapter;
    },
  };
}

/** Written whole and accepted by the engine, or not there at all. */
async function keep(
  folder: string,
  files: AdapterFiles,
  engine: Pick<Engine, 'addAdapter'>,
): Promise<AdapterInfo> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'adapter_config.json'), files.config, { flush: true });
    await writeFile(join(folder, 'adapter_model.safetensors'), files.weights, { flush: true });
    return await engine.addAdapter(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // Stays where another version of the adapter stands in it.
    await rmdir(dirname(folder)).catch(() => {});
    throw error;
  }
}

async function findFolders(parent: string): Promise<readonly string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map((entry) => entry.name);
}

/** Rows come by name, newest first. */
function newestOfEach<T extends { readonly name: string }>(rows: readonly T[]): readonly T[] {
  return rows.filter((row, i) => rows[i - 1]?.name !== row.name);
}

function toRow(name: string, folder: string, info: AdapterInfo) {
  const created_at = new Date().toISOString();
  return { name, digest: info.digest, folder, info: JSON.stringify(info), created_at };
}
