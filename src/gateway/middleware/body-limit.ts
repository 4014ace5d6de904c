import type { MiddlewareHandler } from 'hono';
import { bodyLimit as honoBodyLimit } from 'hono/body-limit';
import { TenonError } from '../../errors.ts';
import type { GatewayEnv } from '../env.ts';
import { sendError } from './errors.ts';

/** Refuses by `content-length`, or while reading where there is none. `limit` in bytes. */
export function bodyLimit(limit: number): MiddlewareHandler<GatewayEnv> {
  return honoBodyLimit({
    maxSize: limit,
    onError: (c) => sendError(c, new TenonError('body_too_large', { limit })),
  });
}
