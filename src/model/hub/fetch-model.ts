import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TenonError } from '../../errors.ts';
import { shardNames } from '../checkpoint.ts';
import { type InspectionLimits, inspectGuarded } from '../inspect-guarded.ts';
import type { ModelSummary } from '../inspect-model.ts';
import { downloadHubFile } from './download-file.ts';
import { type HubFile, type HubSource, openHubRepository } from './hub-repository.ts';
import { SOURCE_FILE } from './source-file.ts';
import { smallFiles, weightFiles } from './wanted-files.ts';

export interface FetchProgress {
  readonly file: string;
  /** Bytes of all files, of which `done` are there. */
  readonly done: number;
  readonly total: number;
}

/**
 * Downloads a model from a Hugging Face hub to `target`, which appears when all of it is there and checked. Its
 * configuration, tokenizer and template come first, and what cannot be served is refused before the weights are
 * asked for. Until then files wait in `incoming`, from where the next attempt goes on. Throws `model_invalid`,
 * `model_unsupported`, `hub_unreachable`, `hub_refused`, `hub_file_corrupt`, `disk_full`.
 */
export async function fetchModel(
  source: HubSource,
  target: string,
  incoming: string,
  limits: InspectionLimits,
  onProgress: (progress: FetchProgress) => void,
): Promise<ModelSummary> {
  const repository = await openHubRepository(source);
  const folder = join(incoming, `${source.id.replace('/', '--')}@${repository.commit.slice(0, 12)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const state = { done: 0, total: 0 };
  const download = async (files: readonly HubFile[]) => {
    state.total += files.reduce((sum, { size }) => sum + size, 0);
    for (const file of files) {
      await downloadHubFile(repository, file, folder, (bytes) => {
        state.done += bytes;
        onProgress({ file: file.path, ...state });
      });
    }
  };
  try {
    await download(smallFiles(repository.files));
    await inspectGuarded(folder, limits, 'small files');
    const weights = weightFiles(repository.files, shardNames(folder));
    await checkRoom(folder, weights);
    await download(weights);
    const summary = await inspectGuarded(folder, limits);
    const { id, url, revision = 'main' } = source;
    const record = { id, url, revision, commit: repository.commit };
    await writeFile(join(folder, SOURCE_FILE), `${JSON.stringify(record, null, 2)}\n`);
    await rename(folder, target);
    return summary;
  } catch (error) {
    // Nothing is kept of what will not be served however often it is fetched.
    const refused = error instanceof TenonError && /^model_/.test(error.code);
    if (refused) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function checkRoom(folder: string, files: readonly HubFile[]): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const [free, needed] = [bavail * bsize, files.reduce((sum, { size }) => sum + size, 0)];
  const mb = (bytes: number) => Math.round(bytes / 1e6);
  if (needed > free) throw new TenonError('disk_full', { folder, free: mb(free), needed: mb(needed) });
}
