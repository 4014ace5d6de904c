import { TenonError } from '../errors.ts';
import { refuseUnserved } from './refuse-unserved.ts';

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
  /** Patterns for what the list of layers is called in a path; none: any name. */
  readonly layersPattern: readonly string[];
}

export const CONFIG_FILE = 'adapter_config.json';

/** More is no rank of any layer, and would only cost memory. */
const MAX_RANK = 65_536;

/**
 * Characters of all patterns of one option: matching takes time in proportion, for every layer. A pattern for each
 * linear layer of a large model is 25,000.
 */
const MAX_CHARACTERS = 50_000;
const MAX_PATTERNS = 1_000;

/** Throws `adapter_invalid` for what is malformed and `adapter_unsupported` for what is not served. */
export function loraConfig(text: string): LoraConfig {
  const json = parse(text);
  refuseUnserved(json);
  const config: LoraConfig = {
    rank: rankOf(json.r, 'r'),
    alpha: positive(json.lora_alpha, 'lora_alpha'),
    rankPattern: pattern(json.rank_pattern, 'rank_pattern', rankOf),
    alphaPattern: pattern(json.alpha_pattern, 'alpha_pattern', positive),
    rankStabilized: json.use_rslora === true,
    targetModules: names(json.target_modules, 'target_modules'),
    excludeModules: json.exclude_modules == null ? [] : names(json.exclude_modules, 'exclude_modules'),
    layers: layerList(json.layers_to_transform),
    layersPattern: json.layers_pattern == null ? [] : [names(json.layers_pattern, 'layers_pattern')].flat(),
  };
  if (typeof config.targetModules === 'string' && config.layers !== null) {
    throw invalid('layers_to_transform goes with a list of target_modules, as in PEFT, not with a pattern');
  }
  return config;
}

export function invalid(reason: string, cause?: unknown): TenonError {
  return new TenonError('adapter_invalid', { file: CONFIG_FILE, reason }, { cause });
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

function rankOf(value: unknown, name: string): number {
  const rank = positive(value, name);
  if (Number.isInteger(rank) && rank <= MAX_RANK) return rank;
  throw invalid(`${name} is not a whole number up to ${MAX_RANK}`);
}

function pattern(
  value: unknown,
  name: string,
  check: (value: unknown, name: string) => number,
): Readonly<Record<string, number>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`${name} is not an object`);
  checkLength(Object.keys(value), name);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, check(item, `${name}.${key.slice(0, 100)}`)]),
  );
}

function names(value: unknown, name: string): readonly string[] | string {
  const list: unknown[] = [value].flat();
  if (list.every((item) => typeof item === 'string')) {
    checkLength(list, name);
    return typeof value === 'string' ? value : list;
  }
  throw invalid(`${name} is neither a list of names nor a pattern`);
}

function checkLength(patterns: readonly string[], name: string): void {
  const length = patterns.reduce((sum, { length }) => sum + length, 0);
  if (length > MAX_CHARACTERS) throw invalid(`${name} is longer than ${MAX_CHARACTERS} characters`);
  if (patterns.length > MAX_PATTERNS) throw invalid(`${name} has more than ${MAX_PATTERNS} entries`);
}

function layerList(value: unknown): readonly number[] | null {
  if (value === undefined || value === null) return null;
  const list = [value].flat();
  if (list.every((item): item is number => Number.isInteger(item))) return list.length > 0 ? list : null;
  throw invalid('layers_to_transform is neither a layer nor a list of layers');
}
