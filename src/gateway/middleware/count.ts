import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { GatewayEnv } from '../env.ts';
import type { Metrics } from '../metrics.ts';

/** Counts by the route as it is written (`/v1/tools/:name`), so that no path from outside becomes a label. */
export function count(metrics: Metrics): MiddlewareHandler<GatewayEnv> {
  return async function count(c, next) {
    const started = performance.now();
    await next();
    const seconds = (performance.now() - started) / 1000;
    metrics.request(
      METHODS.has(c.req.method) ? c.req.method : 'other',
      routePath(c, -1),
      c.res.status,
      seconds,
    );
  };
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);
