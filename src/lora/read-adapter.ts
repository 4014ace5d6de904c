import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TenonError } from '../errors.ts';
import { type DecoderConfig, SafetensorsError, SafetensorsFile, SITES, siteShapes } from '../model/index.ts';
import { type LoraConfig, loraConfig } from './adapter-config.ts';
import { isTarget, scaleOf } from './match-modules.ts';
import { packSites } from './pack-sites.ts';
import type { LoraAdapter, LoraModule } from './types.ts';

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';

interface LinearLayer {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * Reads a PEFT folder and checks it against the model. Throws `adapter_invalid` (missing, damaged, incomplete),
 * `adapter_unsupported` (not plain LoRA) or `adapter_mismatch` (made for another model).
 */
export function readAdapter(folder: string, model: DecoderConfig): LoraAdapter {
  const configBytes = readBytes(folder, CONFIG);
  const weightBytes = readBytes(folder, WEIGHTS);
  const config = loraConfig(configBytes.toString('utf8'));
  const modules = asAdapterError(() => readModules(join(folder, WEIGHTS), config, linearLayers(model)));
  return {
    digest: createHash('sha256').update(configBytes).update(weightBytes).digest('hex'),
    rank: Math.max(...modules.map((module) => module.rank)),
    alpha: config.alpha,
    parameters: modules.reduce((sum, { a, b }) => sum + a.length + b.length, 0),
    bytes: configBytes.length + weightBytes.length,
    targets: [...new Set(modules.map(({ path }) => path.slice(path.lastIndexOf('.') + 1)))].sort(),
    sites: packSites(model, modules, (path) => scaleOf(config, path).scale),
  };
}

function linearLayers(model: DecoderConfig): readonly LinearLayer[] {
  const shapes = siteShapes(model);
  return Array.from({ length: model.layers }, (_, layer) =>
    SITES.flatMap((site) =>
      shapes[site].projections.map(({ module, outputs }) => ({
        path: `model.layers.${layer}.${module}`,
        inputs: shapes[site].inputs,
        outputs,
      })),
    ),
  ).flat();
}

function readModules(
  path: string,
  config: LoraConfig,
  layers: readonly LinearLayer[],
): readonly LoraModule[] {
  const file = new SafetensorsFile(path);
  try {
    const unread = new Set(file.tensors.keys());
    const modules = layers
      .filter((layer) => isTarget(config, layer.path))
      .map((layer) => readModule(file, config, layer, unread));
    const [extra] = unread;
    if (extra !== undefined) throw unexpected(extra, layers);
    if (modules.length === 0) {
      throw new TenonError('adapter_mismatch', { reason: 'its target_modules match no layer of the model' });
    }
    return modules;
  } finally {
    file.close();
  }
}

function readModule(
  file: SafetensorsFile,
  config: LoraConfig,
  layer: LinearLayer,
  unread: Set<string>,
): LoraModule {
  const { rank } = scaleOf(config, layer.path);
  const read = (side: 'A' | 'B', shape: readonly number[]) => {
    const name = `base_model.model.${layer.path}.lora_${side}.weight`;
    const found = file.tensors.get(name)?.shape;
    if (found && found.join() !== shape.join()) {
      const reason = `${name} has shape [${found}], the model and the rank ask for [${shape}]`;
      throw new TenonError('adapter_mismatch', { reason });
    }
    unread.delete(name);
    return file.read(name);
  };
  return { path: layer.path, rank, a: read('A', [rank, layer.inputs]), b: read('B', [layer.outputs, rank]) };
}

/** A tensor that no target of the configuration accounts for. */
function unexpected(name: string, layers: readonly LinearLayer[]): TenonError {
  const path = /^base_model\.model\.(.+)\.lora_[AB]\.weight$/.exec(name)?.[1];
  if (path === undefined) return new TenonError('adapter_unsupported', { feature: `the tensor ${name}` });
  if (layers.some((layer) => layer.path === path)) {
    return new TenonError('adapter_invalid', {
      file: WEIGHTS,
      reason: `${name} is not among target_modules`,
    });
  }
  if (/\.layers\.\d+\./.test(path))
    return new TenonError('adapter_mismatch', { reason: `the model has no layer ${path}` });
  return new TenonError('adapter_unsupported', { feature: `an adapter on ${path}` });
}

function readBytes(folder: string, file: string): Buffer {
  try {
    return readFileSync(join(folder, file));
  } catch (cause) {
    throw new TenonError('adapter_invalid', { file, reason: 'it cannot be read' }, { cause });
  }
}

function asAdapterError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new TenonError('adapter_invalid', { file: error.file, reason: error.reason }, { cause: error });
  }
}
