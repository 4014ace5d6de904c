import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TenonError } from '../errors.ts';
import { createRecognizer, GrammarError } from '../grammar/index.ts';

/** GBNF texts by the name that `"x-grammar"` calls them. */
export type GrammarTexts = Readonly<Record<string, string>>;

const FILE = /^([a-z0-9][a-z0-9-]{0,63})\.gbnf$/;
const MOST_BYTES = 65_536;
const MOST_FILES = 256;

/**
 * The GBNF grammars of some folders, one file each, named by the file. They are the operator's: a manifest can only
 * name them. Each is compiled once, so that one that cannot be used stops the start and not a call. Throws
 * `file_unreadable`, `grammar_file_invalid`.
 */
export async function loadGrammars(folders: readonly string[]): Promise<GrammarTexts> {
  const texts = new Map<string, string>();
  for (const folder of folders) {
    for (const file of await filesOf(folder)) {
      const path = join(folder, file);
      const name = FILE.exec(file)?.[1];
      if (name === undefined)
        throw invalid(path, 'its name must be up to 64 small letters, digits and hyphens');
      if (texts.has(name)) throw invalid(path, `there is a grammar ${name} already`);
      if (texts.size === MOST_FILES) throw invalid(path, `there are more than ${MOST_FILES} grammars`);
      texts.set(name, await read(path));
    }
  }
  return Object.fromEntries(texts);
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith('.gbnf')).sort();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

async function read(path: string): Promise<string> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw invalid(path, `it is larger than ${MOST_BYTES} bytes`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw error instanceof TenonError ? error : unreadable(path, error);
  }
  try {
    createRecognizer(text);
    return text;
  } catch (error) {
    if (error instanceof GrammarError) throw invalid(path, error.message);
    throw error;
  }
}

function invalid(path: string, reason: string): TenonError {
  return new TenonError('grammar_file_invalid', { path, reason: reason.replace(/\.$/, '') });
}

function unreadable(path: string, error: unknown): TenonError {
  const reason = error instanceof Error ? error.message : String(error);
  return new TenonError('file_unreadable', { path, reason }, { cause: error });
}
