import { constants, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { TenonError } from '../../errors.ts';
import type { NamedAdapter } from '../../gateway/index.ts';
import { type ClientOptions, clientCommand, clientOf, print } from '../command.ts';
import { bold, dim, good, printable, table } from '../style.ts';

const FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;

export function adapterCommand(): Command {
  return new Command('adapter')
    .description('Load LoRA adapters and look at them')
    .addCommand(add())
    .addCommand(list());
}

function add(): Command {
  return clientCommand('add', 'Load an adapter, or a new version of one')
    .argument('<name>', 'what tools call it')
    .argument('<folder>', `PEFT folder: ${FILES.join(', ')}`)
    .action(async (name: string, folder: string, options: ClientOptions) => {
      const form = new FormData();
      form.set('name', name);
      for (const file of FILES) form.set(file, await readBlob(join(folder, file)), file);
      const adapter = await clientOf(options).upload<NamedAdapter>('/v1/adapters', form);
      const text = `${good('loaded')} ${bold(adapter.name)} rank ${adapter.rank} ${dim(adapter.digest.slice(0, 12))}`;
      print({ data: adapter, text }, options);
    });
}

function list(): Command {
  return clientCommand('list', 'List the adapters that are loaded').action(async (options: ClientOptions) => {
    const adapters = await clientOf(options).get<{ data: NamedAdapter[] }>('/v1/adapters');
    const rows = adapters.data.map((adapter) => [
      adapter.name,
      `rank ${adapter.rank}`,
      `${(adapter.bytes / 1024).toFixed(0)} KiB`,
      adapter.targets.join(' '),
      adapter.digest.slice(0, 12),
    ]);
    const text = rows.length === 0 ? 'No adapters. Every tool is served by the base model.' : table(rows);
    print({ data: adapters, text: printable(text) }, options);
  });
}

async function readBlob(path: string): Promise<Blob> {
  try {
    // `openAsBlob` does not say why a file cannot be read.
    await access(path, constants.R_OK);
    return await openAsBlob(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it cannot be opened';
    throw new TenonError('file_unreadable', { path, reason }, { cause: error });
  }
}
