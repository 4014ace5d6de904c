import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from '../model/index.ts';
import type { LoraModule } from './types.ts';

export interface WriteAdapterOptions {
  /** PEFT's `base_model_name_or_path`. */
  readonly baseModel: string;
  readonly alpha: number;
  /** Default F32. */
  readonly type?: 'F32' | 'F16' | 'BF16';
}

/** Writes a PEFT folder that transformers, vLLM and `readAdapter` load. Ranks may differ by module. */
export function writeAdapter(
  folder: string,
  modules: readonly LoraModule[],
  options: WriteAdapterOptions,
): void {
  const rank = Math.max(...modules.map((module) => module.rank));
  const others = modules
    .filter((module) => module.rank !== rank)
    .map(({ path, rank: own }) => [path, own] as const);
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: options.baseModel,
    inference_mode: true,
    r: rank,
    lora_alpha: options.alpha,
    lora_dropout: 0,
    bias: 'none',
    target_modules: targetModules(modules),
    rank_pattern: Object.fromEntries(others),
    alpha_pattern: {},
    use_rslora: false,
    use_dora: false,
    modules_to_save: null,
    fan_in_fan_out: false,
    init_lora_weights: true,
  };
  const tensors = modules.flatMap(({ path, rank: own, a, b }) => [
    { name: `base_model.model.${path}.lora_A.weight`, shape: [own, a.length / own], data: a },
    { name: `base_model.model.${path}.lora_B.weight`, shape: [b.length / own, own], data: b },
  ]);
  mkdirSync(folder, { recursive: true });
  writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors, options.type ?? 'F32');
  writeFileSync(join(folder, 'adapter_config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

/** Whole paths: a bare `q_proj` would claim that layer everywhere. */
function targetModules(modules: readonly LoraModule[]): readonly string[] {
  return modules.map((module) => module.path).sort();
}
