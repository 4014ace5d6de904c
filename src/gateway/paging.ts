import { TenonError } from '../errors.ts';
import type { GatewayContext } from './env.ts';

export interface Page {
  /** 1 to 200, default 50. */
  readonly limit: number;
  /** The id after which to go on; newest first. */
  readonly after?: string;
}

/** `?limit=50&after=ID`. */
export function readPage(c: GatewayContext): Page {
  const after = c.req.query('after');
  return { limit: readLimit(c.req.query('limit')), ...(after ? { after } : {}) };
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return 50;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 200) return limit;
  throw new TenonError(
    'invalid_request',
    { reason: '"limit" must be a whole number from 1 to 200.' },
    { param: 'limit' },
  );
}

/** OpenAI's list shape. */
export function list<T>(
  data: readonly T[],
  more = false,
): { object: 'list'; data: readonly T[]; has_more: boolean } {
  return { object: 'list', data, has_more: more };
}
