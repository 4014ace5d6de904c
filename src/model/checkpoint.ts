import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TenonError } from '../errors.ts';
import type { ReadTensor } from './decoder-weights.ts';
import { isObject, readJsonObject } from './read-json.ts';
import { SafetensorsError, SafetensorsFile } from './safetensors.ts';

export const SINGLE = 'model.safetensors';
export const INDEX = 'model.safetensors.index.json';

/** A model's weights: one safetensors file, or several with an index. */
export interface Checkpoint {
  readonly files: readonly string[];
  /** Throws `model_invalid` where the tensor is missing, of another shape, or the file is damaged. */
  readonly read: ReadTensor;
  /** What `read` would throw, without reading. */
  readonly check: (name: string, shape: readonly number[]) => void;
  /** Every tensor's shape by its name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** How tensors are stored: `BF16`, `F32`, … */
  readonly types: readonly string[];
  /** Elements of all tensors. */
  readonly parameters: number;
  close(): void;
}

/** Throws `model_invalid`, naming the file and what is wrong with it. */
export function openCheckpoint(folder: string): Checkpoint {
  const names = shardNames(folder);
  const shards: SafetensorsFile[] = [];
  const close = () => {
    for (const shard of shards) shard.close();
  };
  try {
    for (const name of names) shards.push(asModelError(() => new SafetensorsFile(join(folder, name))));
  } catch (error) {
    close();
    throw error;
  }
  const home = new Map(
    shards.flatMap((shard) => [...shard.tensors.keys()].map((name) => [name, shard] as const)),
  );
  const find = (asked: string, shape: readonly number[]) => {
    const name = spellings(asked).find((spelling) => home.has(spelling)) ?? asked;
    const shard = home.get(name);
    if (!shard)
      throw new TenonError('model_invalid', { file: names.join(', '), reason: `it has no tensor ${name}` });
    const found = shard.tensors.get(name)!.shape;
    if (found.join() !== shape.join()) {
      const reason = `${name} has shape [${found}] where config.json asks for [${shape}]`;
      throw new TenonError('model_invalid', { file: shard.name, reason });
    }
    return { shard, name };
  };
  const read: ReadTensor = (asked, shape) => {
    const { shard, name } = find(asked, shape);
    return asModelError(() => shard.read(name));
  };
  const check = (asked: string, shape: readonly number[]) => {
    const { shard, name } = find(asked, shape);
    asModelError(() => shard.checkFloat(name));
  };
  const shapes = new Map(
    shards.flatMap((shard) => [...shard.tensors].map(([name, { shape }]) => [name, shape] as const)),
  );
  const parameters = [...shapes.values()].reduce(
    (sum, shape) => sum + shape.reduce((product, n) => product * n, 1),
    0,
  );
  const types = new Set(shards.flatMap((shard) => [...shard.tensors.values()].map(({ type }) => type)));
  return { files: names, read, check, shapes, types: [...types].sort(), parameters, close };
}

/** A model that also sees keeps its text decoder under a name of its own, older files before `model.`. */
function spellings(name: string): readonly string[] {
  return [name, `language_model.${name}`, name.replace(/^model\./, 'model.language_model.')];
}

/** Names of the files that hold the weights: those of the index, where there is one. Throws `model_invalid`. */
export function shardNames(folder: string): readonly string[] {
  if (!existsSync(join(folder, INDEX))) return [SINGLE];
  const map = readJsonObject(join(folder, INDEX)).weight_map;
  const names = isObject(map) ? [...new Set(Object.values(map))] : [];
  // A name with a separator could lead out of the folder.
  if (
    names.length > 0 &&
    names.every((name): name is string => typeof name === 'string' && /^[\w.-]+$/.test(name))
  ) {
    return names;
  }
  throw new TenonError('model_invalid', { file: INDEX, reason: 'weight_map is not a map to file names' });
}

function asModelError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new TenonError('model_invalid', { file: error.file, reason: error.reason }, { cause: error });
  }
}
