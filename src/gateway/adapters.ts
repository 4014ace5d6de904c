import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ulid } from 'ulid';
import type { HeldAdapters } from '../calls/index.ts';
import type { AdapterInfo, Engine } from '../engine/types.ts';
import { TenonError } from '../errors.ts';
import type { AdapterRow, AdapterStore } from '../store/index.ts';
import { AdapterVersions, type KeptVersion } from './adapter-versions.ts';
import type { Log } from './log.ts';
import type { AdaptersPort, AdapterUpload, NamedAdapter, Placed } from './ports.ts';
import { receiveAdapter } from './receive-adapter.ts';

export interface AdaptersOptions {
  readonly engine: Pick<Engine, 'addAdapter' | 'removeAdapter'>;
  readonly store: AdapterStore;
  /** Adapters that ship with the gateway: a PEFT folder each, its name the adapter's. */
  readonly shipped: string;
  /** Where uploaded ones are kept: `NAME/VERSION/`, a PEFT folder each. */
  readonly uploads: string;
  /** Tools that name the adapter. */
  readonly toolsOf: (name: string) => Promise<readonly string[]>;
  /** Told after a name has come to stand for something else. */
  readonly onChange: () => void;
  readonly log: Log;
}

export interface Adapters extends AdaptersPort {
  /** The adapter that a tool names, as it is now; null where there is none. */
  current(name: string): NamedAdapter | null;
  /** What the names stand for now, until it is released. */
  hold(names: readonly string[]): HeldAdapters;
}

const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,63}$/;
/** No adapter's name: uploads that are still arriving. */
const INCOMING = '.incoming';

/**
 * Adapters by name, versions by content. Shipped folders are read first, then what was uploaded, which takes the
 * name over. One that cannot be read is left out and said in the log: a bad adapter must not keep the gateway from
 * starting. Uploads that never arrived whole are cleared away.
 */
export async function openAdapters(options: AdaptersOptions): Promise<Adapters> {
  const { engine, store, shipped, uploads, toolsOf, onChange, log } = options;
  const versions = new AdapterVersions();
  let turn: Promise<unknown> = Promise.resolve();

  /** One change after another. */
  function alone<T>(change: () => Promise<T>): Promise<T> {
    const next = turn.then(change, change);
    turn = next.catch(() => {});
    return next;
  }

  async function load(name: string, folder: string, created_at: string | null): Promise<void> {
    try {
      const source = created_at === null ? 'shipped' : 'uploaded';
      versions.put(name, { ...(await engine.addAdapter(folder)), source, created_at, folder });
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      log.warn({ adapter: name, folder, code: error.code }, `adapter ${name} left out: ${error.message}`);
    }
  }

  for (const name of await findFolders(shipped)) await load(name, join(shipped, name), null);
  const rows = await store.list();
  // Where it cannot, an upload will say why.
  await rm(join(uploads, INCOMING), { recursive: true, force: true }).catch(() => {});
  for (const folder of await unknownFolders(uploads, rows))
    log.warn({ folder }, `the folder ${folder} belongs to no adapter: nothing uses it`);
  for (const [name, [current, ...older]] of byName(rows)) {
    await load(name, folderOf(current!), current!.created_at);
    const [now, ...rest] = versions.of(name);
    // Older ones are known, and read only if they come back.
    if (now) versions.keepOnly(name, [now, ...older.map((row) => toVersion(row, folderOf(row))), ...rest]);
  }

  /** Rows hold the path within `uploads`, so that the data folder may be moved. */
  function folderOf({ name, folder }: AdapterRow): string {
    return join(uploads, name, basename(folder));
  }

  /** The upload in a folder of its own under the name it asks for, known to nobody yet. */
  async function stage(
    upload: AdapterUpload,
    given: string | null,
  ): Promise<{ name: string; folder: string }> {
    if (given !== null) checkName(given);
    const incoming = join(uploads, INCOMING, ulid());
    try {
      await makeFolder(incoming);
      const field = await receiveAdapter(upload, incoming);
      const name = given ?? field;
      if (name === null) throw invalidName('The field "name" is missing.');
      if (field !== null && field !== name)
        throw invalidName(`It is called ${field.slice(0, 64)} here and ${name} in the address.`);
      checkName(name);
      const folder = join(uploads, name, basename(incoming));
      await makeFolder(dirname(folder));
      await rename(incoming, folder);
      await syncFolder(dirname(folder));
      return { name, folder };
    } catch (error) {
      await rm(incoming, { recursive: true, force: true }).catch(() => {});
      throw error;
    } finally {
      // Stays where another upload is arriving.
      await rmdir(dirname(incoming)).catch(() => {});
    }
  }

  async function discard(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    // Stays where another version of the adapter stands in it.
    await rmdir(dirname(folder)).catch(() => {});
  }

  /** The engine has read a folder that is not kept: it goes back to what it knew. */
  async function forget(digest: string): Promise<void> {
    const other = versions.withDigest(digest);
    if (other) await engine.addAdapter(other.folder);
    else await engine.removeAdapter(digest);
  }

  async function place(name: string, folder: string, mayReplace: boolean): Promise<Placed> {
    let info: AdapterInfo;
    try {
      info = await engine.addAdapter(folder);
    } catch (error) {
      await discard(folder);
      throw error;
    }
    const known = versions.of(name);
    const isCurrent = known[0]?.digest === info.digest;
    const same = known.find((version) => version.digest === info.digest && isUploaded(version));
    try {
      if (known.length > 0 && !isCurrent && !mayReplace) throw new TenonError('adapter_exists', { name });
      if (isCurrent) {
        await discard(folder);
        await forget(info.digest);
        return { adapter: versions.current(name)!, created: false };
      }
      // What an old version's calls read stays where it is.
      const kept = same?.folder ?? folder;
      const created_at = new Date().toISOString();
      const path = `${name}/${basename(kept)}`;
      await store.put({ name, digest: info.digest, folder: path, info: JSON.stringify(info), created_at });
      versions.put(name, { ...info, source: 'uploaded', created_at, folder: kept });
    } catch (error) {
      await discard(folder);
      await forget(info.digest);
      throw error;
    }
    if (same) {
      await discard(folder);
      await forget(info.digest);
    }
    onChange();
    return { adapter: versions.current(name)!, created: known.length === 0 };
  }

  async function remove(name: string): Promise<void> {
    const known = versions.of(name);
    if (known.length === 0) throw new TenonError('adapter_unknown', { name: name.slice(0, 64) });
    const [gone, left] = [known.filter(isUploaded), known.filter((version) => !isUploaded(version))];
    if (gone.length === 0) throw new TenonError('adapter_shipped', { name, folder: shipped });
    const tools = await toolsOf(name);
    if (tools.length > 0) throw new TenonError('adapter_in_use', { name, tools: tools.join(', ') });
    await store.remove(name);
    versions.keepOnly(name, left);
    onChange();
    for (const version of gone) {
      // Not awaited: a call that runs may take as long as its upstream.
      void versions
        .free(version.digest)
        .then(() => alone(() => clear(version)))
        .catch((err: unknown) =>
          log.warn({ adapter: name, err }, 'a removed adapter could not be cleared away'),
        );
    }
  }

  async function clear({ digest, folder }: KeptVersion): Promise<void> {
    await forget(digest);
    await discard(folder);
  }

  return {
    list: () => versions.list(),
    current: (name) => versions.current(name),
    hold: (names) => versions.hold(names),
    async get(name) {
      const current = versions.current(name);
      if (current === null) throw new TenonError('adapter_unknown', { name: name.slice(0, 64) });
      const all = versions.of(name).map(({ folder: _, ...version }) => version);
      return { ...current, tools: await toolsOf(name), versions: all };
    },
    async add(upload) {
      const { name, folder } = await stage(upload, null);
      return await alone(() => place(name, folder, false));
    },
    async replace(given, upload) {
      const { name, folder } = await stage(upload, given);
      return await alone(() => place(name, folder, true));
    },
    remove: (name) => alone(() => remove(name)),
  };
}

const isUploaded = ({ source }: KeptVersion): boolean => source === 'uploaded';

function toVersion({ info, created_at }: AdapterRow, folder: string): KeptVersion {
  return { ...(JSON.parse(info) as AdapterInfo), source: 'uploaded', created_at, folder };
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw invalidName('An adapter name is 1 to 64 letters, digits, "_" or "-".');
}

function invalidName(reason: string): TenonError {
  return new TenonError('invalid_request', { reason }, { param: 'name' });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new TenonError('upload_unwritable', { location: folder, reason }, { cause: error });
  }
}

/** So that a power cut after this leaves the renamed folder where it is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function findFolders(parent: string): Promise<readonly string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map((entry) => entry.name);
}

/** Left by an upload or a removal that was cut short, or newer than a database that was put back. */
async function unknownFolders(uploads: string, rows: readonly AdapterRow[]): Promise<readonly string[]> {
  const known = new Set(rows.map(({ name, folder }) => join(uploads, name, basename(folder))));
  const unknown: string[] = [];
  for (const name of await findFolders(uploads)) {
    const folders = await readdir(join(uploads, name)).catch(() => []);
    unknown.push(
      ...folders.map((version) => join(uploads, name, version)).filter((path) => !known.has(path)),
    );
  }
  return unknown;
}

/** Rows come by name, newest first. */
function byName(rows: readonly AdapterRow[]): ReadonlyMap<string, readonly AdapterRow[]> {
  return Map.groupBy(rows, ({ name }) => name);
}
