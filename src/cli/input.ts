import { readFile } from 'node:fs/promises';
import { TenonError } from '../errors.ts';

/** A JSON file, or `-` for standard input. Throws `file_unreadable`, `usage`. */
export async function readJsonFile(path: string): Promise<unknown> {
  return parseJson(await readText(path), path === '-' ? 'standard input' : path);
}

export function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = `${from} is not valid JSON: ${(error as Error).message}.`;
    throw new TenonError('usage', { reason }, { cause: error });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path === '-' ? '/dev/stdin' : path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new TenonError('file_unreadable', { path, reason }, { cause: error });
  }
}
