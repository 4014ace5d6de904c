import { TenonError } from '../../errors.ts';
import { SettingError } from './setting.ts';
import { type Config, envOf, flagOf, SETTING_NAMES, SETTINGS, type SettingName } from './settings.ts';

export interface Sources {
  /** By setting name; what was not given is absent or undefined. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The parsed configuration file, if there is one. */
  readonly file?: { readonly path: string; readonly values: Readonly<Record<string, unknown>> };
}

export interface ResolvedConfig {
  readonly config: Config;
  /** Where each value came from: a flag, a variable, the file's path, or `default`. */
  readonly origins: Readonly<Record<SettingName, string>>;
}

/** Flags, then the environment, then the file, then defaults. Throws `config_unknown`, `config_invalid`. */
export function resolveConfig(sources: Sources): ResolvedConfig {
  refuseUnknown(sources);
  const config: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    const found = find(name, sources);
    config[name] = found ? parse(name, found.value, found.origin) : SETTINGS[name].fallback;
    origins[name] = found?.origin ?? 'default';
  }
  return { config: config as unknown as Config, origins: origins as Record<SettingName, string> };
}

function refuseUnknown({ file }: Sources): void {
  if (!file) return;
  const unknown = Object.keys(file.values).find((name) => !(name in SETTINGS));
  if (unknown === undefined) return;
  const values = { origin: file.path, name: unknown, known: SETTING_NAMES.join(', ') };
  throw new TenonError('config_unknown', values, { param: unknown });
}

function find(
  name: SettingName,
  { flags, env, file }: Sources,
): { value: unknown; origin: string } | undefined {
  if (flags[name] !== undefined) return { value: flags[name], origin: flagOf(name) };
  const variable = env[envOf(name)];
  if (variable !== undefined && variable !== '') return { value: variable, origin: envOf(name) };
  if (file && file.values[name] !== undefined) return { value: file.values[name], origin: file.path };
  return undefined;
}

function parse(name: SettingName, value: unknown, origin: string): unknown {
  try {
    return SETTINGS[name].parse(value);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    throw new TenonError('config_invalid', { name, origin, reason: error.message }, { param: name });
  }
}
