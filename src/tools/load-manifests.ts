import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TenonError } from '../errors.ts';

export interface ManifestFile {
  readonly path: string;
  /** As read: not yet checked. */
  readonly manifest: unknown;
}

/** The tool manifests of a folder, one JSON file a tool, by file name. Throws `file_unreadable`. */
export async function loadManifests(folder: string): Promise<readonly ManifestFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map((name) => loadManifest(join(folder, name))));
}

/** One manifest file. Throws `file_unreadable`. */
export async function loadManifest(path: string): Promise<ManifestFile> {
  try {
    return { path, manifest: JSON.parse(await readFile(path, 'utf8')) as unknown };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): TenonError {
  const reason = error instanceof Error ? error.message : String(error);
  return new TenonError('file_unreadable', { path, reason }, { cause: error });
}
