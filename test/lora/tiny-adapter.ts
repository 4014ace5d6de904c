import { join } from 'node:path';
import { type LoraModule, type WriteAdapterOptions, writeAdapter } from '../../src/lora/index.ts';
import type { DecoderConfig, NamedTensor } from '../../src/model/index.ts';
import { siteShapes } from '../../src/model/index.ts';
import { randomArray, temporaryFolder } from '../model/tiny-model.ts';

/** Random A and B for the named projections of every layer; rank may depend on the path. */
export function randomModules(
  config: DecoderConfig,
  projections: readonly string[],
  rankOf: (path: string) => number,
  seed: number,
  scale = 0.3,
): LoraModule[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    Object.values(siteShapes(config)).flatMap(({ inputs, projections: all }) =>
      all
        .filter(({ name }) => projections.includes(name))
        .map(({ module, outputs }, i) => {
          const path = `model.layers.${layer}.${module}`;
          const rank = rankOf(path);
          const own = seed * 1000 + layer * 10 + i;
          return {
            path,
            rank,
            a: randomArray(rank * inputs, own, scale),
            b: randomArray(outputs * rank, own + 500, scale),
          };
        }),
    ),
  ).flat();
}

/** The checkpoint with W + scale · B·A in place of W: what the adapter must amount to. */
export function merge(
  tensors: readonly NamedTensor[],
  modules: readonly LoraModule[],
  scaleOf: (module: LoraModule) => number,
): NamedTensor[] {
  const byName = new Map(modules.map((module) => [`${module.path}.weight`, module]));
  return tensors.map((tensor) => {
    const module = byName.get(tensor.name);
    if (!module) return tensor;
    const { rank, a, b } = module;
    const inputs = a.length / rank;
    const data = tensor.data.map((w, at) => {
      const [o, i] = [Math.floor(at / inputs), at % inputs];
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += b[o * rank + r]! * a[r * inputs + i]!;
      return w + scaleOf(module) * sum;
    });
    return { ...tensor, data };
  });
}

export function writeTinyAdapter(
  modules: readonly LoraModule[],
  options: Partial<WriteAdapterOptions> = {},
): string {
  const folder = join(temporaryFolder(), 'adapter');
  writeAdapter(folder, modules, { baseModel: 'tiny', alpha: 16, ...options });
  return folder;
}
