import { Command } from 'commander';
import { TenonError } from '../../errors.ts';
import type { Tool } from '../../tools/types.ts';
import type { Answer } from '../answer.ts';
import { type ClientOptions, clientCommand, clientOf, print } from '../command.ts';
import { readJsonFile } from '../input.ts';
import { accent, bold, dim, good, printable, table } from '../style.ts';

const pathOf = (name: string): string => `/v1/tools/${encodeURIComponent(name)}`;

export function toolCommand(): Command {
  return new Command('tool')
    .description('Register tools and look at them')
    .addCommand(add())
    .addCommand(list())
    .addCommand(show())
    .addCommand(types())
    .addCommand(remove());
}

function add(): Command {
  return clientCommand('add', 'Register a tool from its manifest')
    .argument('<file>', 'JSON manifest; - reads standard input')
    .option('--replace', 'make it the new version of a tool that is there')
    .action(async (file: string, options: ClientOptions & { replace?: true }) => {
      const manifest = await readJsonFile(file);
      const client = clientOf(options);
      const tool = options.replace
        ? await client.put<Tool>(pathOf(nameIn(manifest, file)), manifest)
        : await client.post<Tool>('/v1/tools', manifest);
      print(describeAdded(tool), options);
    });
}

function list(): Command {
  return clientCommand('list', 'List the registered tools').action(async (options: ClientOptions) => {
    const tools = await clientOf(options).get<{ data: Tool[] }>('/v1/tools');
    const rows = tools.data.map((tool) => [
      tool.name,
      `v${tool.version}`,
      tool.adapter ?? '',
      tool.description,
    ]);
    const text = rows.length === 0 ? 'No tools yet. Add one: tenon tool add FILE' : table(rows);
    print({ data: tools, text: printable(text) }, options);
  });
}

function show(): Command {
  return clientCommand('show', 'Show a tool: its schema, upstream and grammar report')
    .argument('<name>')
    .action(async (name: string, options: ClientOptions) => {
      const tool = await clientOf(options).get<Tool>(pathOf(name));
      print({ data: tool, text: printable(JSON.stringify(tool, null, 2)) }, options);
    });
}

function types(): Command {
  return clientCommand('types', "Print the TypeScript of a tool's arguments")
    .argument('<name>')
    .action(async (name: string, options: ClientOptions) => {
      const typescript = await clientOf(options).text(`${pathOf(name)}/types`);
      print({ data: { name, typescript }, text: typescript.trimEnd() }, options);
    });
}

function remove(): Command {
  return clientCommand('remove', 'Remove a tool')
    .argument('<name>')
    .action(async (name: string, options: ClientOptions) => {
      await clientOf(options).delete(pathOf(name));
      print({ data: { name, removed: true }, text: `${good('removed')} ${name}` }, options);
    });
}

function nameIn(manifest: unknown, file: string): string {
  const name =
    typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : undefined;
  if (typeof name === 'string' && name !== '') return name;
  throw new TenonError('usage', { reason: `${file} has no "name".` });
}

function describeAdded(tool: Tool): Answer {
  const { checked, unenforced } = tool.grammar;
  const site = ({ keyword, pointer }: { keyword: string; pointer: string }): string =>
    `${keyword} at ${pointer || '/'}`;
  const lines = [
    `${good('registered')} ${bold(tool.name)} v${tool.version} ${dim(tool.digest.slice(0, 12))}`,
  ];
  if (checked.length > 0) lines.push(`  checked when a value closes: ${checked.map(site).join(', ')}`);
  if (unenforced.length > 0) lines.push(`  left to the validator: ${unenforced.map(site).join(', ')}`);
  lines.push(`  try it: ${accent(`tenon call --tool ${tool.name} --dry-run "…"`)}`);
  return { data: tool, text: lines.join('\n') };
}
