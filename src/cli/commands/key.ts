import { Command } from 'commander';
import { TenonError } from '../../errors.ts';
import { type ApiKey, type KeyWithSecret, SCOPES } from '../../gateway/keys/types.ts';
import type { Answer } from '../answer.ts';
import { clientCommand, print } from '../command.ts';
import { type KeyDeskOptions, withKeyDesk } from '../keys.ts';
import { bold, dim, good, printable, table } from '../style.ts';

export function keyCommand(): Command {
  return new Command('key')
    .description('Make API keys and look at them. Once there is one, everybody needs one')
    .addCommand(add())
    .addCommand(list())
    .addCommand(rotate())
    .addCommand(remove());
}

function deskCommand(name: string, summary: string): Command {
  return clientCommand(name, summary).option(
    '--data <folder>',
    "work on a stopped gateway's data folder instead: for the first key, or when the last admin is lost",
  );
}

interface AddOptions extends KeyDeskOptions {
  readonly scopes: string;
  readonly tools?: string;
  readonly rpm?: string;
  readonly concurrency?: string;
  readonly tokensPerDay?: string;
  readonly expires?: string;
}

function add(): Command {
  return deskCommand('add', 'Make a key and print its secret, once')
    .argument('<name>', 'what is recorded as who')
    .requiredOption('--scopes <list>', `what it may do, with commas: ${SCOPES.join(', ')}`)
    .option('--tools <list>', 'the only tools it may call and see, with commas')
    .option('--rpm <n>', 'requests a minute')
    .option('--concurrency <n>', 'requests at once')
    .option('--tokens-per-day <n>', 'tokens in one day of UTC')
    .option('--expires <moment>', 'a day or a moment, ISO 8601')
    .action(async (name: string, options: AddOptions) => {
      const key = {
        name,
        scopes: words(options.scopes),
        ...(options.tools === undefined ? {} : { tools: words(options.tools) }),
        ...number('requests_per_minute', options.rpm),
        ...number('concurrency', options.concurrency),
        ...number('tokens_per_day', options.tokensPerDay),
        ...(options.expires === undefined ? {} : { expires_at: options.expires }),
      };
      print(describeSecret('made', await withKeyDesk(options, (desk) => desk.add(key))), options);
    });
}

function list(): Command {
  return deskCommand('list', 'List the keys, by the beginnings of their secrets').action(
    async (options: KeyDeskOptions) => {
      const keys = await withKeyDesk(options, (desk) => desk.list());
      const text =
        keys.length === 0 ? 'No keys: whoever reaches the gateway may use it.' : table(keys.map(row));
      print({ data: { object: 'list', data: keys, has_more: false }, text: printable(text) }, options);
    },
  );
}

function rotate(): Command {
  return deskCommand('rotate', 'Give a key a second secret and end the first after a while')
    .argument('<name>')
    .option('--grace <seconds>', 'how long the secret of now stays valid', '86400')
    .action(async (name: string, options: KeyDeskOptions & { readonly grace: string }) => {
      const { grace_seconds = 0 } = number('grace_seconds', options.grace);
      const made = await withKeyDesk(options, (desk) => desk.rotate(name, grace_seconds));
      print(describeSecret('rotated', made), options);
    });
}

function remove(): Command {
  return deskCommand('remove', 'End a key at once')
    .argument('<name>')
    .action(async (name: string, options: KeyDeskOptions) => {
      await withKeyDesk(options, (desk) => desk.remove(name));
      print({ data: { name, removed: true }, text: `${good('removed')} ${name}` }, options);
    });
}

function words(text: string): readonly string[] {
  return text.split(',').map((word) => word.trim());
}

/** Throws `usage`. */
function number(member: string, text: string | undefined): Readonly<Record<string, number>> {
  if (text === undefined) return {};
  if (!/^\d{1,15}$/.test(text)) throw new TenonError('usage', { reason: `${text} is no whole number.` });
  return { [member]: Number(text) };
}

function describeSecret(what: string, made: KeyWithSecret): Answer {
  const lines = [
    `${good(what)} ${bold(made.name)} ${dim(made.scopes.join(', '))}`,
    '',
    `  ${made.secret}`,
    '',
    'It is shown this once. Programs send it as  authorization: Bearer …, tenon reads it from TENON_KEY.',
  ];
  return { data: made, text: lines.join('\n') };
}

function row(key: ApiKey): string[] {
  const limits = [
    key.tools && `tools ${key.tools.join(' ')}`,
    key.requests_per_minute && `${key.requests_per_minute}/min`,
    key.concurrency && `${key.concurrency} at once`,
    key.tokens_per_day && `${key.tokens_today} of ${key.tokens_per_day} tokens today`,
    key.expires_at && `until ${key.expires_at}`,
  ];
  const prefixes = key.secrets.map(({ prefix, expires_at }) =>
    expires_at ? `${prefix} (until ${expires_at})` : prefix,
  );
  return [key.name, key.scopes.join(' '), prefixes.join(', '), limits.filter(Boolean).join(', ')];
}
