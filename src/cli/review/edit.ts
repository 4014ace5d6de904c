import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TenonError } from '../../errors.ts';

/** The editor that the person has set, or null: then they type a line. */
export function editorOf(env: Readonly<Record<string, string | undefined>>): string | null {
  return env.VISUAL || env.EDITOR || null;
}

/** Opens `text` in the editor as a file of this user alone, and gives back what was saved. */
export async function editText(editor: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-review-'));
  const file = join(folder, 'arguments.json');
  try {
    await writeFile(file, `${text}\n`, { mode: 0o600 });
    await run(editor, file);
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The variable may hold arguments ("code --wait"), so a shell reads it, as git and crontab do; the file stays apart. */
function run(editor: string, file: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new TenonError('usage', { reason: `The editor ${editor} ${reason}.` }));
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', (code) => (code === 0 ? resolve() : fail(`ended with exit code ${code}`)));
  });
}
