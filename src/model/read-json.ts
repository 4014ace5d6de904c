import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { TenonError } from '../errors.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** Throws `model_invalid` where the file is missing or not a JSON object. */
export function readJsonObject(path: string): JsonObject {
  const file = basename(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'it is not valid JSON' : 'it cannot be read';
    throw new TenonError('model_invalid', { file, reason }, { cause });
  }
  if (!isObject(value)) throw new TenonError('model_invalid', { file, reason: 'it is not a JSON object' });
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
