import { readFile } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import { TenonError } from '../../errors.ts';
import type { Sources } from './resolve.ts';

/** The file named, which must exist, or `tenon.toml` in the working folder if there is one. */
export async function readConfigFile(named: string | undefined): Promise<Sources['file']> {
  const path = named ?? 'tenon.toml';
  const text = await read(path, named !== undefined);
  return text === undefined ? undefined : { path, values: parseToml(path, text) };
}

async function read(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !required) return undefined;
    throw new TenonError('file_unreadable', { path, reason: code ?? 'unknown' }, { cause: error });
  }
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = `line ${error.line}: ${error.message.split('\n')[0]}`;
    throw new TenonError('config_invalid', { name: 'file', origin: path, reason }, { cause: error });
  }
}
