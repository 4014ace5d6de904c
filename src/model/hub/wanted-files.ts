import { TenonError } from '../../errors.ts';
import { INDEX, SINGLE } from '../checkpoint.ts';
import type { HubFile } from './hub-repository.ts';

/** What a model needs beside its weights; those marked are there in every model. */
const SMALL: Readonly<Record<string, { readonly needed: boolean }>> = {
  'config.json': { needed: true },
  'tokenizer.json': { needed: true },
  'tokenizer_config.json': { needed: true },
  'generation_config.json': { needed: false },
  'chat_template.jinja': { needed: false },
  'chat_template.json': { needed: false },
  [INDEX]: { needed: false },
};

/** Gemma's tokenizer, the largest known, is a sixth of it. */
const LARGEST_SMALL_FILE = 200 * 2 ** 20;

/** Configuration, tokenizer and template. Throws `model_unsupported`, `model_invalid`. */
export function smallFiles(files: readonly HubFile[]): readonly HubFile[] {
  const found = files.filter(({ path }) => Object.hasOwn(SMALL, path));
  for (const [file, { needed }] of Object.entries(SMALL)) {
    if (needed && !found.some(({ path }) => path === file))
      throw new TenonError('model_unsupported', { feature: `a model without ${file}` });
  }
  const large = found.find(({ size }) => size > LARGEST_SMALL_FILE);
  if (large)
    throw new TenonError('model_invalid', { file: large.path, reason: `it has ${large.size} bytes` });
  return found;
}

/** The weights, whose names are `names`, or the one file of a model without an index. */
export function weightFiles(files: readonly HubFile[], names: readonly string[]): readonly HubFile[] {
  return names.map((name) => {
    const file = files.find(({ path }) => path === name);
    if (file) return file;
    if (name === SINGLE)
      throw new TenonError('model_unsupported', { feature: 'a model without safetensors' });
    throw new TenonError('model_invalid', { file: INDEX, reason: `it names ${name}, which is not there` });
  });
}
