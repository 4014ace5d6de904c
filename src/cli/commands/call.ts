import type { Command } from 'commander';
import type { CallRequest, CallResult } from '../../calls/types.ts';
import { describeCall } from '../call-text.ts';
import { type ClientOptions, clientCommand, clientOf, print } from '../command.ts';

interface CallOptions extends ClientOptions {
  readonly tool?: string;
  readonly dryRun?: true;
  readonly now?: string;
}

export function callCommand(): Command {
  return clientCommand('call', 'Turn a request in plain language into one API call')
    .argument('<input>', 'what you want, in your own words')
    .option('--tool <name>', 'use this tool instead of choosing one')
    .option('--dry-run', 'stop after validation: nothing is forwarded')
    .option('--now <moment>', 'the moment "tomorrow" is relative to, ISO 8601 with offset')
    .addHelpText(
      'after',
      '\nExit code 0: forwarded, or validated with --dry-run. 1: in review, no tool, failed.',
    )
    .action(async (input: string, options: CallOptions) => {
      const request: CallRequest = {
        input,
        ...(options.tool ? { tool: options.tool } : {}),
        ...(options.dryRun ? { dry_run: true } : {}),
        ...(options.now ? { now: options.now } : {}),
      };
      const call = await clientOf(options).post<CallResult>('/v1/calls', request);
      const done = call.status === 'forwarded' || call.status === 'validated';
      print({ data: call, text: describeCall(call), done }, options);
    });
}
