import type { MiddlewareHandler } from 'hono';
import type { GatewayEnv } from '../env.ts';
import type { Log } from '../log.ts';

/** One line a request. Neither query, headers nor bodies: they may hold what a person said, or a secret. */
export function accessLog(log: Log): MiddlewareHandler<GatewayEnv> {
  return async function accessLog(c, next) {
    const started = performance.now();
    await next();
    const ms = Math.round(performance.now() - started);
    const fields = {
      request_id: c.get('requestId'),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms,
      ...(c.get('caller') && { key: c.get('caller')?.name }),
    };
    log.info(fields, 'request');
  };
}
