import type { ErrorHandler, NotFoundHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { errorBody, retryAfter, toTenonError } from '../../error-body.ts';
import { TenonError } from '../../errors.ts';
import type { GatewayContext, GatewayEnv } from '../env.ts';
import type { Log } from '../log.ts';

export function sendError(c: GatewayContext, error: TenonError): Response {
  const wait = retryAfter(error);
  if (wait !== undefined) c.header('retry-after', wait);
  return c.json(errorBody(error), error.status as ContentfulStatusCode);
}

/** Every throw ends here: a TenonError as it is, anything else as `internal` with its cause in the log. */
export function onError(log: Log): ErrorHandler<GatewayEnv> {
  return (thrown, c) => {
    const error = toTenonError(thrown);
    if (error.status >= 500) {
      log.error(
        { request_id: c.get('requestId'), code: error.code, err: error.cause ?? error },
        error.message,
      );
    }
    return sendError(c, error);
  };
}

export const onNotFound: NotFoundHandler<GatewayEnv> = (c) =>
  sendError(c, new TenonError('route_not_found', { method: c.req.method, path: c.req.path }));

export function onMethodNotAllowed(c: GatewayContext, allowed: readonly string[]): Response {
  c.header('allow', allowed.join(', '));
  const values = { path: c.req.path, method: c.req.method, allowed: allowed.join(', ') };
  return sendError(c, new TenonError('method_not_allowed', values));
}
