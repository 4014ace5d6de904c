import { CommanderError } from 'commander';
import { EXIT } from './answer.ts';
import { failureOf } from './failure.ts';
import { createProgram } from './program.ts';
import { bad } from './style.ts';

const wantsJson = process.argv.includes('--json');

try {
  await createProgram().parseAsync();
} catch (thrown) {
  // Commander has printed its own message by then; help and version end here too, with exit code 0.
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? EXIT.done : EXIT.misused;
  } else {
    const { text, data, exitCode } = failureOf(thrown);
    if (wantsJson) process.stdout.write(`${JSON.stringify(data)}\n`);
    else process.stderr.write(`${bad(text)}\n`);
    process.exitCode = exitCode;
  }
}
