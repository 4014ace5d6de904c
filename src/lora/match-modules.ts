import { RE2JS } from 're2js';
import { invalid, type LoraConfig } from './adapter-config.ts';

/** Whether PEFT would put an adapter on the linear layer at `path`, e.g. `model.layers.0.mlp.up_proj`. */
export function isTarget(config: LoraConfig, path: string): boolean {
  if (matches(config.excludeModules, path)) return false;
  const layer = Number(/\.layers\.(\d+)\./.exec(path)?.[1]);
  if (config.layers && !config.layers.includes(layer)) return false;
  return config.targetModules === 'all-linear' || matches(config.targetModules, path);
}

/** Rank and scale of the module at `path` (PEFT's `LoraLayer`: alpha / r, or alpha / √r when rank-stabilized). */
export function scaleOf(config: LoraConfig, path: string): { readonly rank: number; readonly scale: number } {
  const rank = lookUp(config.rankPattern, path) ?? config.rank;
  const alpha = lookUp(config.alphaPattern, path) ?? config.alpha;
  return { rank, scale: alpha / (config.rankStabilized ? Math.sqrt(rank) : rank) };
}

/** A list names suffixes of the path; a string is a pattern for the whole of it. */
function matches(targets: readonly string[] | string, path: string): boolean {
  if (typeof targets === 'string') return compile(targets).matches(path);
  return targets.some((name) => path === name || path.endsWith(`.${name}`));
}

/** Keys of rank_pattern are themselves patterns for the end of the path. */
function lookUp(pattern: Readonly<Record<string, number>>, path: string): number | undefined {
  const key = Object.keys(pattern).find((name) => compile(`(.*\\.)?(${name})`).matches(path));
  return key === undefined ? undefined : pattern[key];
}

/** Patterns come from outside: RE2 runs them in linear time. */
function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw invalid(`the pattern ${pattern} cannot be run`, cause);
  }
}
