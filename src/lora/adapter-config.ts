import { TenonError } from '../errors.ts';

/** What of PEFT's adapter_config.json bears on inference. */
export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly rankStabilized: boolean;
  /** Names (suffixes of module paths), a regular expression over whole paths, or 'all-linear'. */
  readonly targetModules: readonly string[] | string;
  readonly excludeModules: readonly string[] | string;
  /** Null: every layer. */
  readonly layers: readonly number[] | null;
}

const FILE = 'adapter_config.json';

/** Options that are harmless at these values, and refused by name at any other. */
const ONLY_WHEN: Readonly<Record<string, readonly unknown[]>> = {
  peft_type: ['LORA'],
  bias: ['none'],
  use_dora: [false],
  use_qalora: [false],
  lora_bias: [false],
  modules_to_save: [[]],
  trainable_token_indices: [[], {}],
  layer_replication: [[]],
  target_parameters: [[]],
  alora_invocation_tokens: [[]],
  arrow_config: [],
  corda_config: [{}],
};

/** Initializations that also change the base weights, so that A and B alone say too little. */
const CHANGES_BASE = /^(pissa|olora|corda|loftq)/;

/** Throws `adapter_invalid` for what is malformed and `adapter_unsupported` for what is not served. */
export function loraConfig(text: string): LoraConfig {
  const json = parse(text);
  for (const [option, harmless] of Object.entries(ONLY_WHEN)) {
    const value = json[option];
    if (value === undefined || value === null) continue;
    if (!harmless.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value))) {
      throw new TenonError('adapter_unsupported', { feature: `${option} ${JSON.stringify(value)}` });
    }
  }
  const initialization = json.init_lora_weights;
  if (typeof initialization === 'string' && CHANGES_BASE.test(initialization)) {
    throw new TenonError('adapter_unsupported', { feature: `init_lora_weights ${initialization}` });
  }
  return {
    rank: positive(json.r, 'r'),
    alpha: positive(json.lora_alpha, 'lora_alpha'),
    rankPattern: pattern(json.rank_pattern, 'rank_pattern'),
    alphaPattern: pattern(json.alpha_pattern, 'alpha_pattern'),
    rankStabilized: json.use_rslora === true,
    targetModules: names(json.target_modules, 'target_modules'),
    excludeModules: json.exclude_modules == null ? [] : names(json.exclude_modules, 'exclude_modules'),
    layers: layerList(json.layers_to_transform),
  };
}

export function invalid(reason: string, cause?: unknown): TenonError {
  return new TenonError('adapter_invalid', { file: FILE, reason }, { cause });
}

function parse(text: string): { readonly [key: string]: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not valid JSON', cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid('it is not a JSON object');
}

function positive(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw invalid(`${name} is not a positive number`);
}

function pattern(value: unknown, name: string): Readonly<Record<string, number>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`${name} is not an object`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, positive(item, `${name}.${key}`)]),
  );
}

function names(value: unknown, name: string): readonly string[] | string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(`${name} is neither a list of names nor a pattern`);
}

function layerList(value: unknown): readonly number[] | null {
  if (value === undefined || value === null) return null;
  const list = [value].flat();
  if (list.every((item): item is number => Number.isInteger(item))) return list.length > 0 ? list : null;
  throw invalid('layers_to_transform is neither a layer nor a list of layers');
}
