import { Command } from 'commander';
import { adapterCommand } from './commands/adapter.ts';
import { benchCommand } from './commands/bench.ts';
import { callCommand } from './commands/call.ts';
import { exportCommand } from './commands/export.ts';
import { keyCommand } from './commands/key.ts';
import { modelCommand } from './commands/model.ts';
import { reviewCommand } from './commands/review.ts';
import { serveCommand } from './commands/serve.ts';
import { toolCommand } from './commands/tool.ts';
import { VERSION } from './version.ts';

/** Every command of `tenon`. Misuse throws CommanderError instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('tenon')
    .description('Plain language in, one API call out that fits its JSON Schema exactly.')
    .version(VERSION)
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 misused.');
  for (const add of [
    serveCommand,
    callCommand,
    toolCommand,
    reviewCommand,
    adapterCommand,
    modelCommand,
    exportCommand,
    keyCommand,
    benchCommand,
  ]) {
    program.addCommand(add());
  }
  throwOnMisuse(program);
  return program;
}

/** Set on each, for commands that are added as a whole inherit nothing. */
function throwOnMisuse(command: Command): void {
  // Options after a subcommand's name are the subcommand's, where the parent has one of the same name too.
  command.exitOverride().showHelpAfterError('(--help shows what it takes)').enablePositionalOptions();
  for (const child of command.commands) throwOnMisuse(child);
}
