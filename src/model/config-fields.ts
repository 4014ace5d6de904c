import { TenonError } from '../errors.ts';
import { isObject, type JsonObject } from './read-json.ts';

/** Large enough for any model, small enough that a product of two stays exact. */
const MAX_SIZE = 1 << 24;

/** A positive integer. Throws `model_invalid`, naming the field. */
export function size(json: JsonObject, key: string): number {
  const value = json[key];
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_SIZE) return value;
  throw invalid(`${key} is not a positive integer`);
}

/** A positive number. Throws `model_invalid`, naming the field. */
export function positive(json: JsonObject, key: string): number {
  const value = json[key];
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw invalid(`${key} is not a positive number`);
}

/** Whether it is on; absent and null are off. */
export function flag(json: JsonObject, key: string): boolean {
  const value = json[key] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalid(`${key} is neither true nor false`);
}

/** A nested object; null where there is none. */
export function member(json: JsonObject, key: string): JsonObject | null {
  const value = json[key] ?? null;
  if (value === null || isObject(value)) return value;
  throw invalid(`${key} is not an object`);
}

/** Throws `model_unsupported` where the field is set to anything but `served`. */
export function only(json: JsonObject, key: string, ...served: readonly unknown[]): void {
  const value = json[key] ?? null;
  if (value !== null && !served.includes(value)) throw unsupported(`${key} ${JSON.stringify(value)}`);
}

export function invalid(reason: string): TenonError {
  return new TenonError('model_invalid', { file: 'config.json', reason });
}

export function unsupported(feature: string): TenonError {
  return new TenonError('model_unsupported', { feature });
}
