import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { GgufFile, GgufTensorType } from '../../model/index.ts';
import { ModelLibrary } from '../../model/library/index.ts';
import { command, print } from '../command.ts';
import { SETTINGS } from '../config/settings.ts';
import { bold, good, printable } from '../style.ts';

interface ExportOptions {
  readonly format: 'gguf';
  readonly out: string;
  readonly model: string;
  readonly data: string;
  readonly adapters: string;
  readonly adapter?: string;
  readonly type: GgufTensorType;
  readonly json?: true;
}

const TYPES: readonly GgufTensorType[] = ['f32', 'f16', 'q8_0', 'q4_0'];

export function exportCommand(): Command {
  return command('export', 'Write the model, or an adapter, as another program reads it')
    .addOption(new Option('--format <format>', 'gguf: llama.cpp').choices(['gguf']).makeOptionMandatory())
    .requiredOption('--out <file>', 'the file to write')
    .option(
      '--adapter <name>',
      'write this adapter instead of the model: a name in --adapters, or a PEFT folder',
    )
    .option('--model <model>', 'the model: a name that was added, or a Hugging Face folder', setting('model'))
    .option('--data <dir>', 'the data folder, where models were added', setting('data'))
    .option('--adapters <dir>', 'folder of adapters', setting('adapters'))
    .addOption(new Option('--type <type>', 'what matrices are stored as').choices(TYPES).default('f16'))
    .action(async (options: ExportOptions) => {
      const file = await write(options);
      const size = `${(file.bytes / 2 ** 20).toFixed(1)} MiB, ${file.tensors} tensors`;
      print({ data: file, text: `${good('written')} ${bold(printable(file.path))} ${size}` }, options);
    });
}

/** Loaded where it is needed: other commands start without it. */
async function write({ out, adapters, adapter, type, ...options }: ExportOptions): Promise<GgufFile> {
  const { exportAdapter, exportModel, readConfig } = await import('../../model/index.ts');
  const model = new ModelLibrary(options.data).find(options.model);
  if (adapter === undefined) return exportModel(model, out, type);
  const { readModules } = await import('../../lora/index.ts');
  const named = join(adapters, adapter);
  const config = readConfig(model);
  const modules = readModules(existsSync(named) ? named : adapter, config);
  return exportAdapter(modules, config, adapter, out);
}

function setting(name: 'model' | 'adapters' | 'data'): string {
  return process.env[`TENON_${name.toUpperCase()}`] || SETTINGS[name].fallback;
}
