import { TenonError } from '../errors.ts';
import { INSTANCE_LIMITS, type InstanceLimits } from './limits.ts';
import { pointerTo } from './pointer.ts';

/**
 * The value as JSON text, once it is known to be JSON and within limits. Throws `instance_too_deep`,
 * `instance_too_large`, `instance_not_json`.
 */
export function boundInstance(value: unknown, limits: InstanceLimits = INSTANCE_LIMITS): string {
  let nodes = 0;
  visit(value, '', 0);
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > limits.bytes) throw tooLarge('more bytes', limits.bytes, '');
  return text;

  function visit(at: unknown, pointer: string, depth: number): void {
    if (depth > limits.depth)
      throw new TenonError('instance_too_deep', { limit: limits.depth }, { param: pointer });
    if (++nodes > limits.nodes) throw tooLarge('more values', limits.nodes, pointer);
    if (Array.isArray(at)) {
      for (let i = 0; i < at.length; i++) visit(at[i], pointerTo(pointer, i), depth + 1);
    } else if (typeof at === 'object' && at !== null) {
      for (const key of Object.keys(at)) {
        visit((at as Record<string, unknown>)[key], pointerTo(pointer, key), depth + 1);
      }
    } else if (at !== null && typeof at !== 'string' && typeof at !== 'boolean' && !Number.isFinite(at)) {
      throw new TenonError(
        'instance_not_json',
        { reason: `${String(at)} has no JSON text` },
        { param: pointer },
      );
    }
  }
}

function tooLarge(what: string, limit: number, pointer: string): TenonError {
  return new TenonError('instance_too_large', { what, limit }, { param: pointer });
}
