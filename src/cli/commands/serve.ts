import { type Command, Option } from 'commander';
import { command } from '../command.ts';
import { readConfigFile } from '../config/file.ts';
import { configJson, printableConfig } from '../config/print.ts';
import { type ResolvedConfig, resolveConfig } from '../config/resolve.ts';
import { flagOf, SETTING_NAMES, SETTINGS } from '../config/settings.ts';

interface ServeOptions extends Readonly<Record<string, unknown>> {
  readonly json?: true;
  readonly config?: string;
  readonly printConfig?: true;
}

/** The flags are the configuration table: one a setting. */
export function serveCommand(): Command {
  const serveCommand = command('serve', 'Run the gateway')
    .option('--config <file>', 'configuration file, also TENON_CONFIG; default tenon.toml where there is one')
    .option('--print-config', 'show every setting and where it came from, and stop');
  for (const name of SETTING_NAMES) {
    const { placeholder, description, fallback } = SETTINGS[name];
    const flags = placeholder ? `${flagOf(name)} <${placeholder}>` : flagOf(name);
    const shown = fallback === false || String(fallback) === '' ? '' : ` (default: ${String(fallback)})`;
    serveCommand.addOption(new Option(flags, description + shown));
  }
  return serveCommand.action(async (options: ServeOptions) => {
    const resolved = await resolve(options);
    if (options.printConfig) {
      const text = options.json ? JSON.stringify(configJson(resolved)) : printableConfig(resolved);
      process.stdout.write(`${text}\n`);
    } else {
      // Loaded where it is needed: the model's runtime would make every other command slow to start.
      const { serve } = await import('../serve/serve.ts');
      await serve(resolved.config, { json: options.json === true });
    }
  });
}

async function resolve(options: ServeOptions): Promise<ResolvedConfig> {
  const file = await readConfigFile(options.config ?? process.env.TENON_CONFIG);
  const flags = Object.fromEntries(SETTING_NAMES.map((name) => [name, options[camelCase(name)]]));
  return resolveConfig({ flags, env: process.env, ...(file ? { file } : {}) });
}

/** Commander's name for an option: `--demo-port` is `demoPort`. */
function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
