import type { MiddlewareHandler } from 'hono';
import { TenonError } from '../../errors.ts';
import type { GatewayEnv } from '../env.ts';

/**
 * A gateway without keys trusts whoever reaches its address, so a web page must not reach it on a visitor's
 * behalf: neither by posting from another origin, nor by a name that it has pointed at this address.
 *
 * @param hosts names by which the gateway may be called, without port; null: any
 */
export function sameOrigin(hosts: readonly string[] | null): MiddlewareHandler<GatewayEnv> {
  return async function sameOrigin(c, next) {
    const host = c.req.header('host') ?? '';
    if (hosts !== null && !hosts.includes(host.replace(/:\d+$/, '').toLowerCase())) {
      throw new TenonError('host_refused', { host });
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && hostOf(origin) !== host.toLowerCase()) {
      throw new TenonError('origin_refused', { origin });
    }
    await next();
  };
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
