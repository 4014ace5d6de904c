import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { TenonError } from '../../errors.ts';
import {
  type FetchProgress,
  type HubSource,
  type KnownModel,
  ModelLibrary,
  type ModelSummary,
} from '../../model/library/index.ts';
import { command, print } from '../command.ts';
import { SETTINGS } from '../config/settings.ts';
import { createProgress, type Progress } from '../progress.ts';
import { bold, dim, good, printable, table } from '../style.ts';

interface ModelOptions {
  readonly data: string;
  readonly json?: true;
}

interface AddOptions extends ModelOptions {
  readonly name?: string;
  readonly revision?: string;
  readonly hub?: string;
}

const HUB_ID = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

export function modelCommand(): Command {
  return new Command('model')
    .description('Add base models and look at them')
    .addCommand(add())
    .addCommand(list())
    .addCommand(show());
}

function add(): Command {
  return modelsCommand('add', 'Check a model and make it known by name')
    .argument('<source>', 'a Hugging Face folder, or ORGANISATION/NAME on the hub')
    .option('--name <name>', 'what to call it; default: its last part')
    .option('--revision <revision>', 'branch, tag or commit on the hub; default: main')
    .option('--hub <url>', 'another hub, also HF_ENDPOINT')
    .action(async (source: string, options: AddOptions) => {
      const summary = await addFrom(source, options);
      const name = options.name ?? source.replace(/\/+$/, '').split('/').at(-1)!;
      const text = `${good('added')} ${bold(printable(name))} ${describe(summary)}\nserve it with: tenon serve --model ${printable(name)}`;
      print({ data: { name, ...summary }, text }, options);
    });
}

async function addFrom(source: string, options: AddOptions): Promise<ModelSummary> {
  const library = new ModelLibrary(options.data);
  if (existsSync(source)) return await library.addFolder(source, options.name);
  if (!HUB_ID.test(source)) throw new TenonError('file_unreadable', { path: source, reason: 'ENOENT' });
  let bar: (Progress & { readonly total: number }) | null = null;
  const show = ({ file, done, total }: FetchProgress) => {
    // More files come to light when the first ones are there.
    if (bar?.total !== total) {
      bar?.end();
      bar = { total, ...createProgress(`Fetching ${file}`, total) };
    }
    bar.at(done);
  };
  try {
    return await library.addFromHub(hubSource(source, options), options.name, show);
  } finally {
    (bar as Progress | null)?.end();
  }
}

/** The variables are those of Hugging Face's own programs. */
function hubSource(id: string, { revision, hub }: AddOptions): HubSource {
  const { HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE } = process.env;
  const url = hub || HF_ENDPOINT;
  if (/^(1|true|yes|on)$/i.test(HF_HUB_OFFLINE ?? ''))
    throw new TenonError('hub_unreachable', { id, url: url || 'the hub', reason: 'HF_HUB_OFFLINE is set' });
  return {
    id,
    ...(revision && { revision }),
    ...(url && { url: url.replace(/\/+$/, '') }),
    ...(HF_TOKEN && { token: HF_TOKEN }),
  };
}

function list(): Command {
  return modelsCommand('list', 'List the models that were added').action(async (options: ModelOptions) => {
    const { inspectModel } = await import('../../model/index.ts');
    const models = new ModelLibrary(options.data)
      .list()
      .map((known) => ({ ...known, ...attempt(known, inspectModel) }));
    const rows = models.map(({ name, source, folder, summary, error }) => [
      name,
      ...(summary ? cells(summary) : [error!.code, '', '']),
      source ?? folder,
    ]);
    const text = rows.length === 0 ? 'No models were added. The embedded one is served.' : table(rows);
    print({ data: models, text: printable(text) }, options);
  });
}

/** A model that was sound when it was added may have changed since. */
function attempt(
  { folder }: KnownModel,
  inspect: (folder: string) => ModelSummary,
): { readonly summary?: ModelSummary; readonly error?: { readonly code: string; readonly message: string } } {
  try {
    return { summary: inspect(folder) };
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

function show(): Command {
  return modelsCommand('show', 'Show a model, or say what is wrong with it')
    .argument('<model>', 'a name, or a Hugging Face folder')
    .action(async (model: string, options: ModelOptions) => {
      const library = new ModelLibrary(options.data);
      const [folder, summary] = [library.find(model), await library.inspect(model)];
      const rows = Object.entries({ folder, ...summary }).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.join(' ') : String(value).replaceAll('\n', '\\n'),
      ]);
      print({ data: { folder, ...summary }, text: printable(table(rows)) }, options);
    });
}

function modelsCommand(name: string, summary: string): Command {
  const data = process.env.TENON_DATA || SETTINGS.data.fallback;
  return command(name, summary).option('--data <dir>', 'the data folder, also TENON_DATA', data);
}

function describe(summary: ModelSummary): string {
  return dim(cells(summary).join(', '));
}

function cells({ architecture, parameters, types, context }: ModelSummary): readonly string[] {
  return [architecture, `${count(parameters)} parameters in ${types.join(' ')}`, `context ${context}`];
}

function count(parameters: number): string {
  const [unit, size] = parameters >= 1e9 ? ['B', 1e9] : parameters >= 1e6 ? ['M', 1e6] : ['K', 1e3];
  return `${(parameters / Number(size)).toFixed(1)}${unit}`;
}
