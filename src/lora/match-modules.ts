import { RE2JS } from 're2js';
import { invalid, type LoraConfig } from './adapter-config.ts';

/**
 * Whether PEFT would put an adapter on the linear layer at a path such as `model.layers.0.mlp.up_proj`
 * (`check_target_module_exists`). Undefined where a pattern cannot be run in linear time: the weights then say it.
 */
export function targeting(config: LoraConfig): (path: string) => boolean | undefined {
  const excluded = matching(config.excludeModules);
  const { targetModules } = config;
  const everyLinear = typeof targetModules === 'string' && targetModules.toLowerCase() === 'all-linear';
  const targeted = everyLinear ? () => true : matching(targetModules);
  const inLayers = layerFilter(config);
  return (path) => {
    const out = excluded(path);
    if (out === true) return false;
    const found = targeted(path);
    if (found === false || out === undefined) return found === false ? false : undefined;
    return found && (isWhole(targetModules, path) || inLayers(path));
  };
}

/** Rank and scale of the module at a path (PEFT's `LoraLayer`: alpha / r, or alpha / √r when rank-stabilized). */
export function scaling(
  config: LoraConfig,
): (path: string) => { readonly rank: number; readonly scale: number } {
  const rankOf = lookUp(config.rankPattern);
  const alphaOf = lookUp(config.alphaPattern);
  return (path) => {
    const rank = rankOf(path) ?? config.rank;
    const alpha = alphaOf(path) ?? config.alpha;
    return { rank, scale: alpha / (config.rankStabilized ? Math.sqrt(rank) : rank) };
  };
}

/** A list names suffixes of the path; a string is a pattern for the whole of it (`re.fullmatch`). */
function matching(targets: readonly string[] | string): (path: string) => boolean | undefined {
  if (typeof targets !== 'string')
    return (path) => targets.some((name) => path === name || path.endsWith(`.${name}`));
  const pattern = tryCompile(targets);
  return (path) => pattern?.matches(path);
}

/** PEFT asks for no layer where a target names the whole path. */
function isWhole(targets: readonly string[] | string, path: string): boolean {
  return typeof targets !== 'string' && targets.includes(path);
}

/** The number that follows the list of layers: the last in the path, or the one after `layers_pattern`. */
function layerFilter({ layers, layersPattern }: LoraConfig): (path: string) => boolean {
  if (layers === null) return () => true;
  const names = layersPattern.length > 0 ? layersPattern : ['[^.]*'];
  const patterns = names.map((name) => compile(`.*\\.${name}\\.(\\d+)\\..*`));
  return (path) => {
    const found = patterns.map((pattern) => pattern.matcher(path)).find((matcher) => matcher.matches());
    return found !== undefined && layers.includes(Number(found.group(1)));
  };
}

/** Keys of rank_pattern are themselves patterns for the end of the path; the first that fits holds. */
function lookUp(pattern: Readonly<Record<string, number>>): (path: string) => number | undefined {
  const entries = Object.entries(pattern).map(([key, value]) => ({
    key: compile(`(.*\\.)?(${key})`),
    value,
  }));
  return (path) => entries.find(({ key }) => key.matches(path))?.value;
}

/** Patterns come from outside: RE2 runs them in linear time. */
function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw invalid(`the pattern ${pattern} cannot be run`, cause);
  }
}

function tryCompile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
