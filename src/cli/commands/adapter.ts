import { constants, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { TenonError } from '../../errors.ts';
import type { AdapterRecord, NamedAdapter } from '../../gateway/index.ts';
import { type ClientOptions, clientCommand, clientOf, print } from '../command.ts';
import { createProgress } from '../progress.ts';
import { bold, dim, good, printable, table } from '../style.ts';

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';

const pathOf = (name: string): string => `/v1/adapters/${encodeURIComponent(name)}`;
const short = (digest: string): string => digest.slice(0, 12);
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;

export function adapterCommand(): Command {
  return new Command('adapter')
    .description('Load LoRA adapters and look at them')
    .addCommand(add())
    .addCommand(list())
    .addCommand(show())
    .addCommand(remove());
}

function add(): Command {
  return clientCommand('add', 'Load an adapter: a PEFT folder, under a name that tools can give')
    .argument('<name>', 'what tools call it')
    .argument('<folder>', `PEFT folder: ${CONFIG}, ${WEIGHTS}`)
    .option('--replace', 'make it the new version of an adapter that is there')
    .action(async (name: string, folder: string, options: ClientOptions & { replace?: true }) => {
      const [config, weights] = [await readBlob(join(folder, CONFIG)), await readWeights(folder)];
      const form = new FormData();
      form.set('name', name);
      form.set(CONFIG, config, CONFIG);
      form.set(WEIGHTS, weights, WEIGHTS);
      const progress = createProgress('uploading', config.size + weights.size);
      const client = clientOf(options);
      const [method, path] = options.replace
        ? (['PUT', pathOf(name)] as const)
        : (['POST', '/v1/adapters'] as const);
      const adapter = await client
        .upload<NamedAdapter>(method, path, form, progress.at)
        .finally(() => progress.end());
      const text = `${good('loaded')} ${bold(adapter.name)} rank ${adapter.rank} ${dim(short(adapter.digest))}`;
      print({ data: adapter, text }, options);
    });
}

function list(): Command {
  return clientCommand('list', 'List the adapters that are loaded').action(async (options: ClientOptions) => {
    const adapters = await clientOf(options).get<{ data: NamedAdapter[] }>('/v1/adapters');
    const rows = adapters.data.map((adapter) => [
      adapter.name,
      `rank ${adapter.rank}`,
      kib(adapter.bytes),
      adapter.targets.join(' '),
      short(adapter.digest),
    ]);
    const text = rows.length === 0 ? 'No adapters. Every tool is served by the base model.' : table(rows);
    print({ data: adapters, text: printable(text) }, options);
  });
}

function show(): Command {
  return clientCommand('show', 'Show an adapter: what it changes, its versions, the tools that name it')
    .argument('<name>')
    .action(async (name: string, options: ClientOptions) => {
      const adapter = await clientOf(options).get<AdapterRecord>(pathOf(name));
      print({ data: adapter, text: printable(describe(adapter)) }, options);
    });
}

function remove(): Command {
  return clientCommand('remove', 'Remove an adapter with all its versions; refused while a tool names it')
    .argument('<name>')
    .action(async (name: string, options: ClientOptions) => {
      await clientOf(options).delete(pathOf(name));
      print({ data: { name, removed: true }, text: `${good('removed')} ${printable(name)}` }, options);
    });
}

function describe(adapter: AdapterRecord): string {
  const { name, rank, alpha, parameters, bytes, targets, tools, versions } = adapter;
  const facts = [
    ['adapter', name],
    ['digest', adapter.digest],
    ['rank', `${rank}, alpha ${alpha}`],
    ['size', `${parameters.toLocaleString('en')} parameters, ${kib(bytes)}`],
    ['changes', targets.join(' ')],
    ['tools', tools.length > 0 ? tools.join(' ') : 'none names it'],
  ];
  const rows = versions.map((version, i) => [
    i === 0 ? 'current' : '',
    short(version.digest),
    version.created_at ?? version.source,
    `rank ${version.rank}`,
    kib(version.bytes),
  ]);
  return `${table(facts)}\n\nversions\n${table(rows)}`;
}

/** A pickle is not sent anywhere: the answer is known. */
async function readWeights(folder: string): Promise<Blob> {
  try {
    return await readBlob(join(folder, WEIGHTS));
  } catch (error) {
    const isPickle = await access(join(folder, 'adapter_model.bin')).then(
      () => true,
      () => false,
    );
    if (!isPickle) throw error;
    throw new TenonError('adapter_unsupported', {
      feature: 'adapter_model.bin, a pickle, which can run any code when it is read',
      remedy: 'Save it again with safe_serialization=True (PEFT save_pretrained)',
    });
  }
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
