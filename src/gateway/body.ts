import { TenonError } from '../errors.ts';
import type { GatewayContext } from './env.ts';

/** Deeper than any schema or argument the rooms behind accept, and shallow enough for every recursion there. */
const MAX_DEPTH = 512;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The request's JSON body. Throws `unsupported_media_type`, `invalid_json`, `body_too_deep`. */
export async function readJson(c: GatewayContext): Promise<unknown> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw new TenonError('unsupported_media_type', { type: type === '' ? 'without a content-type' : type });
  }
  const value = parse(await read(c));
  if (isDeeper(value, MAX_DEPTH)) throw new TenonError('body_too_deep', { limit: MAX_DEPTH });
  return value;
}

async function read(c: GatewayContext): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch (error) {
    throw new TenonError('request_cancelled', {}, { cause: error });
  }
}

function parse(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new TenonError('invalid_json', { reason }, { cause: error });
  }
}

/** Level by level instead of recursion: the value may be deep enough to overflow a stack. */
function isDeeper(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const child of Object.values(item))
        if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
  return false;
}
