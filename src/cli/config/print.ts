import type { ResolvedConfig } from './resolve.ts';
import { SETTING_NAMES } from './settings.ts';

/** What holds, and where it came from, one setting a line. */
export function printableConfig({ config, origins }: ResolvedConfig): string {
  const rows = SETTING_NAMES.map((name) => [name, JSON.stringify(config[name]), origins[name]] as const);
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const [names, values] = [width(0), width(1)];
  return rows
    .map(([name, value, origin]) => `${name.padEnd(names)}  ${value.padEnd(values)}  ${origin}`)
    .join('\n');
}

export function configJson({
  config,
  origins,
}: ResolvedConfig): Record<string, { value: unknown; origin: string }> {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [name, { value: config[name], origin: origins[name] }]),
  );
}
