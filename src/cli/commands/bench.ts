import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { EXIT } from '../answer.ts';
import { command } from '../command.ts';

const MAIN = fileURLToPath(new URL('../../../bench/main.ts', import.meta.url));

export function benchCommand(): Command {
  return command('bench', 'Measure: a table for people, then one line of JSON')
    .argument('<name>', 'call, grammar, engine, …: what bench/ holds')
    .argument('[options...]', 'passed on, after --')
    .option('--quick', 'a rough answer in under a minute')
    .action(async (name: string, rest: readonly string[], { quick, json }: { quick?: true; json?: true }) => {
      const args = [...process.execArgv, MAIN, name, ...rest, ...(quick ? ['--quick'] : [])];
      process.exitCode = json ? await runForJson(args) : await runForPeople(args);
    });
}

async function runForPeople(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? EXIT.failed;
}

/** The last line alone: it is the figures. */
async function runForJson(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['inherit', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const output = await text(child.stdout);
  process.stdout.write(`${output.trimEnd().split('\n').at(-1)}\n`);
  const [code] = (await closed) as [number | null];
  return code ?? EXIT.failed;
}
