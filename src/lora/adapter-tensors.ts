import { TenonError } from '../errors.ts';
import {
  type DecoderConfig,
  type SafetensorsFile,
  SITES,
  type Site,
  siteShapes,
  type TensorInfo,
} from '../model/index.ts';
import type { LoraConfig } from './adapter-config.ts';
import { scaling, targeting } from './match-modules.ts';
import { unservedTensor } from './refuse-unserved.ts';

export const WEIGHTS_FILE = 'adapter_model.safetensors';

/** A linear layer that the adapter changes, with its two tensors, found and of the right shape. */
export interface FoundModule {
  /** In the model, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly path: string;
  readonly site: Site;
  readonly layer: number;
  /** Which of the site's projections. */
  readonly projection: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  readonly scale: number;
  readonly a: FoundTensor;
  readonly b: FoundTensor;
}

export interface FoundTensor extends TensorInfo {
  readonly name: string;
  readonly type: 'F32' | 'F16' | 'BF16';
}

type LinearLayer = Pick<FoundModule, 'path' | 'site' | 'layer' | 'projection' | 'inputs' | 'outputs'>;

const PREFIX = 'base_model.model.';
/** What stands before `layers.` where the adapter was trained: a language model, one inside another, a bare decoder. */
const ROOTS = ['model.', 'model.language_model.', 'language_model.model.', ''];

/**
 * Every linear layer that the configuration targets, in the model's order. Nothing may be missing and nothing left
 * over. Throws `adapter_invalid`, `adapter_mismatch`, `adapter_unsupported`.
 */
export function findModules(
  file: SafetensorsFile,
  config: LoraConfig,
  model: DecoderConfig,
): readonly FoundModule[] {
  const names = [...file.tensors.keys()];
  const root =
    ROOTS.find((root) => names.some((name) => name.startsWith(`${PREFIX}${root}layers.`))) ?? ROOTS[0]!;
  const isTarget = targeting(config);
  const scaleOf = scaling(config);
  const layers = linearLayers(model);
  const unread = new Set(names);
  const modules: FoundModule[] = [];
  for (const layer of layers) {
    const key = root + layer.path.slice(ROOTS[0]!.length);
    const name = (side: 'A' | 'B') => `${PREFIX}${key}.lora_${side}.weight`;
    if (!(isTarget(key) ?? file.tensors.has(name('A')))) continue;
    const { rank, scale } = scaleOf(key);
    const a = tensor(file, name('A'), [rank, layer.inputs]);
    const b = tensor(file, name('B'), [layer.outputs, rank]);
    for (const { name } of [a, b]) unread.delete(name);
    modules.push({ ...layer, rank, scale, a, b });
  }
  const [extra] = unread;
  if (extra !== undefined) throw unexpected(extra, root, layers, model);
  if (modules.length === 0) {
    throw new TenonError('adapter_mismatch', { reason: 'its target_modules match no layer of the model' });
  }
  return modules;
}

function linearLayers(model: DecoderConfig): readonly LinearLayer[] {
  const shapes = siteShapes(model);
  return Array.from({ length: model.layers }, (_, layer) =>
    SITES.flatMap((site) =>
      shapes[site].projections.map(({ module, outputs }, projection) => ({
        path: `${ROOTS[0]}layers.${layer}.${module}`,
        site,
        layer,
        projection,
        inputs: shapes[site].inputs,
        outputs,
      })),
    ),
  ).flat();
}

function tensor(file: SafetensorsFile, name: string, shape: readonly number[]): FoundTensor {
  const found = file.tensors.get(name);
  if (!found) throw broken(`it has no tensor ${name}`);
  if (found.shape.join() !== shape.join()) {
    const reason = `${name} has shape [${found.shape}], the model and the rank ask for [${shape}]`;
    throw new TenonError('adapter_mismatch', { reason });
  }
  const { type } = found;
  if (type !== 'F32' && type !== 'F16' && type !== 'BF16')
    throw broken(`${name} is ${type}; F32, F16 and BF16 are read`);
  return { ...found, name, type };
}

/** A tensor that no target of the configuration accounts for. */
function unexpected(
  name: string,
  root: string,
  layers: readonly LinearLayer[],
  model: DecoderConfig,
): TenonError {
  const key = /^base_model\.model\.(.+)\.lora_[AB]\.weight$/.exec(name)?.[1];
  if (key === undefined || !key.startsWith(root)) return unservedTensor(name);
  const path = ROOTS[0] + key.slice(root.length);
  if (layers.some((layer) => layer.path === path)) return broken(`${name} is not among target_modules`);
  const layer = Number(/\blayers\.(\d+)\./.exec(path)?.[1]);
  if (layer >= model.layers)
    return new TenonError('adapter_mismatch', { reason: `the model has no layer ${path}` });
  return unservedTensor(name);
}

export function broken(reason: string): TenonError {
  return new TenonError('adapter_invalid', { file: WEIGHTS_FILE, reason });
}
