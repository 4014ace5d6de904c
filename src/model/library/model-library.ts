import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { TenonError } from '../../errors.ts';
import type { FetchProgress } from '../hub/fetch-model.ts';
import type { HubSource } from '../hub/hub-repository.ts';
import { SOURCE_FILE } from '../hub/source-file.ts';
import { INSPECTION_LIMITS, type InspectionLimits, inspectGuarded } from '../inspect-guarded.ts';
import type { ModelSummary } from '../inspect-model.ts';
import { readJsonObject } from '../read-json.ts';

export interface KnownModel {
  readonly name: string;
  /** The folder itself, where the library has a link to it. */
  readonly folder: string;
  /** `organisation/name@commit`, or null for a folder of the user's. */
  readonly source: string | null;
}

const INCOMING = '.incoming';
const NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

/**
 * The models of a data folder, `DATA/models/NAME`: folders that came from a hub, and links to the user's own. Every
 * one was checked when it was added.
 */
export class ModelLibrary {
  readonly #folder: string;
  readonly #limits: InspectionLimits;

  constructor(data: string, limits: InspectionLimits = INSPECTION_LIMITS) {
    this.#folder = resolve(data, 'models');
    this.#limits = limits;
  }

  list(): readonly KnownModel[] {
    if (!existsSync(this.#folder)) return [];
    const names = readdirSync(this.#folder).filter((name) => NAME.test(name));
    return names.sort().map((name) => this.#known(name));
  }

  /** The folder of the model of that name, else that path. Throws `model_not_found`. */
  find(nameOrPath: string): string {
    const own = this.#path(nameOrPath);
    if (NAME.test(nameOrPath) && existsSync(own)) return own;
    if (existsSync(nameOrPath)) return resolve(nameOrPath);
    const known = this.list().map(({ name }) => name);
    throw new TenonError('model_not_found', {
      name: nameOrPath,
      known: known.join(', ') || 'the models added',
    });
  }

  /** What the model is, of that name or at that path. Throws `model_not_found`, `model_invalid`, `model_unsupported`. */
  async inspect(nameOrPath: string): Promise<ModelSummary> {
    return await inspectGuarded(this.find(nameOrPath), this.#limits);
  }

  /** Checks the folder and links to it. Throws `model_invalid`, `model_unsupported`, `model_exists`. */
  async addFolder(folder: string, name = basename(resolve(folder))): Promise<ModelSummary> {
    this.#checkFree(name);
    const summary = await inspectGuarded(folder, this.#limits);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // A junction is a link that Windows makes without special rights; other systems know no difference.
    await symlink(realpathSync(folder), this.#path(name), 'junction');
    return summary;
  }

  /** See `fetchModel`. */
  async addFromHub(
    source: HubSource,
    name = basename(source.id),
    onProgress: (progress: FetchProgress) => void = () => {},
  ): Promise<ModelSummary> {
    this.#checkFree(name);
    // Loaded where it is needed: who only looks for a model starts without it.
    const { fetchModel } = await import('../hub/fetch-model.ts');
    return await fetchModel(source, this.#path(name), join(this.#folder, INCOMING), this.#limits, onProgress);
  }

  #known(name: string): KnownModel {
    const path = this.#path(name);
    const folder = existsSync(path) ? realpathSync(path) : path;
    const record = join(folder, SOURCE_FILE);
    if (!existsSync(record)) return { name, folder, source: null };
    const { id, commit } = readJsonObject(record);
    return { name, folder, source: `${id}@${String(commit).slice(0, 12)}` };
  }

  #checkFree(name: string): void {
    if (!NAME.test(name)) {
      const reason = `"${name}" is no name of a model: letters, digits, dots, dashes and underscores`;
      throw new TenonError('usage', { reason });
    }
    // A link whose folder is gone still has the name.
    if (lstatSync(this.#path(name), { throwIfNoEntry: false }))
      throw new TenonError('model_exists', { name, folder: this.#folder });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
