import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { TenonError } from '../../errors.ts';
import type { ReviewRecord, ReviewSummary } from '../../reviews/index.ts';
import { describeCall } from '../call-text.ts';
import { type ClientOptions, clientCommand, clientOf, print } from '../command.ts';
import { parseJson } from '../input.ts';
import { listText, reviewText } from '../review/text.ts';
import { walk } from '../review/walk.ts';

interface DecideOptions extends ClientOptions {
  readonly as: string;
  readonly note?: string;
  readonly arguments?: string;
}

export function reviewCommand(): Command {
  return withActor(clientCommand('review', 'Decide on the calls that wait for a person'))
    .action(async (options: DecideOptions) => {
      if (options.json || !process.stdin.isTTY || !process.stdout.isTTY) {
        const reason =
          'Walking through reviews needs a terminal. Use review list, approve, correct or reject.';
        throw new TenonError('usage', { reason });
      }
      await walk(clientOf(options), options.as);
    })
    .addCommand(list())
    .addCommand(show())
    .addCommand(decision('approve', 'Forward a call as it is'))
    .addCommand(
      decision('correct', 'Change the arguments of a call, then forward it').requiredOption(
        '--arguments <json>',
        'what the call should have been',
      ),
    )
    .addCommand(decision('reject', 'Never forward a call'));
}

function list(): Command {
  return clientCommand('list', 'List reviews')
    .option('--all', 'decided ones too')
    .option('--tool <name>', 'of this tool only')
    .action(async (options: ClientOptions & { all?: true; tool?: string }) => {
      const query = new URLSearchParams({ limit: '200' });
      if (!options.all) query.set('status', 'open');
      if (options.tool) query.set('tool', options.tool);
      const reviews = await clientOf(options).get<{ data: ReviewSummary[] }>(`/v1/reviews?${query}`);
      print({ data: reviews, text: listText(reviews.data) }, options);
    });
}

function show(): Command {
  return clientCommand('show', 'Show one review')
    .argument('<id>')
    .action(async (id: string, options: ClientOptions) => {
      const review = await clientOf(options).get<ReviewRecord>(pathOf(id));
      print({ data: review, text: reviewText(review) }, options);
    });
}

function decision(verb: 'approve' | 'correct' | 'reject', summary: string): Command {
  return withActor(clientCommand(verb, summary))
    .argument('<id>')
    .option('--note <text>', 'why')
    .action(async (id: string, options: DecideOptions) => {
      const decided = await clientOf(options).post<ReviewRecord>(pathOf(id), {
        decision: verb,
        actor: options.as,
        ...(options.note ? { note: options.note } : {}),
        ...(options.arguments === undefined
          ? {}
          : { arguments: parseJson(options.arguments, '--arguments') }),
      });
      const done =
        verb === 'reject' || decided.call.status === 'forwarded' || decided.call.status === 'validated';
      print({ data: decided, text: describeCall(decided.call), done }, options);
    });
}

const pathOf = (id: string): string => `/v1/reviews/${encodeURIComponent(id)}`;

const withActor = (command: Command): Command =>
  command.option('--as <name>', 'who decides', userInfo().username);
