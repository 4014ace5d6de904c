import type { MiddlewareHandler } from 'hono';
import { TenonError } from '../../errors.ts';
import type { GatewayContext, GatewayEnv } from '../env.ts';
import { type Caller, checkScope, createKeyLimiter, type Keys, needOf } from '../keys/index.ts';

/**
 * Who asks, whether they may, and whether not too often. Leaves the caller on the context: null where the gateway has
 * no keys, or where the path is open to all. Throws `key_*`, `scope_missing`, `rate_limited`, `too_many_at_once`,
 * `token_budget_spent`.
 */
export function authenticate(keys: Keys): MiddlewareHandler<GatewayEnv> {
  const limiter = createKeyLimiter({ now: () => Date.now(), monotonic: () => performance.now() });

  return async function authenticate(c, next) {
    c.set('caller', null);
    if (!keys.required) return await next();
    const need = needOf(c.req.method, c.req.path);
    const secret = bearerOf(c);
    if (need === 'public' && secret === null) return await next();

    const caller = identify(c, keys, secret);
    checkScope(caller, need);
    c.set('caller', caller);
    let release = (): void => {};
    try {
      release = limiter.admit(caller, keys.spentToday(caller.name));
      await next();
    } finally {
      release();
      const headers = limiter.headers(caller, keys.spentToday(caller.name));
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
    }
  };
}

function identify(c: GatewayContext, keys: Keys, secret: string | null): Caller {
  // RFC 9110, 11.6.1: a 401 says how to authenticate.
  c.header('www-authenticate', 'Bearer realm="tenon"');
  if (secret === null) throw new TenonError('key_missing');
  const caller = keys.authenticate(secret);
  c.header('www-authenticate', undefined);
  return caller;
}

function bearerOf(c: GatewayContext): string | null {
  const header = c.req.header('authorization');
  if (header === undefined) return null;
  return /^Bearer +(\S+)$/i.exec(header)?.[1] ?? '';
}
