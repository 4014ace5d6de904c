import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface VictimOptions {
  readonly folder: string;
  readonly origin: string;
  readonly idempotency: 'header' | 'none';
  readonly hang?: 'select' | 'generate' | 'upstream';
}

/** Starts `victim.ts`; `onLine` hears what it says. */
export function startVictim(options: VictimOptions, onLine: (line: Record<string, unknown>) => void) {
  const file = fileURLToPath(new URL('./victim.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file, JSON.stringify(options)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line)));
  return {
    async kill(): Promise<void> {
      const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
      child.kill('SIGKILL');
      await ended;
    },
  };
}
