import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import type { GatewayContext, GatewayEnv } from './env.ts';
import { accessLog } from './middleware/access-log.ts';
import { authenticate } from './middleware/authenticate.ts';
import { bodyLimit } from './middleware/body-limit.ts';
import { count } from './middleware/count.ts';
import { onError, onMethodNotAllowed, onNotFound } from './middleware/errors.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import type { Ports } from './ports.ts';
import { adapterRoutes } from './routes/adapters.ts';
import { auditRoutes } from './routes/audit.ts';
import { callRoutes } from './routes/calls.ts';
import { chatRoutes } from './routes/chat.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoutes } from './routes/home.ts';
import { keyRoutes } from './routes/keys.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { modelRoutes } from './routes/models.ts';
import { addOpenApi } from './routes/openapi.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { toolRoutes } from './routes/tools.ts';

/** Pages load nothing, run nothing, post nothing and stand in no frame; their own style is inline. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'unsafe-inline'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/**
 * The gateway as a Hono app. It knows no runtime: sockets, files and threads are behind the ports.
 *
 * @example
 * const app = createApp(ports);
 * await app.request('/v1/calls', { method: 'POST', headers, body: '{"input": "lights off in the kitchen"}' });
 */
export function createApp(ports: Ports): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.use(requestId());
  app.use(accessLog(ports.log));
  app.use(count(ports.metrics));
  app.use(secureHeaders({ contentSecurityPolicy: PAGE_POLICY }));
  app.use(sameOrigin(ports.hosts));
  app.use(authenticate(ports.keys));
  app.use(methodNotAllowed({ app, onMethodNotAllowed }));
  const jsonLimit = bodyLimit(ports.maxBodyBytes);
  // Adapters are weights, not requests: their port takes them as they arrive and has a limit of its own.
  app.use((c, next) => (isUpload(c) ? next() : jsonLimit(c, next)));
  app.onError(onError(ports.log));
  app.notFound(onNotFound);

  app.route('/v1/tools', toolRoutes(ports));
  app.route('/v1/calls', callRoutes(ports));
  app.route('/v1/reviews', reviewRoutes(ports));
  app.route('/v1/adapters', adapterRoutes(ports));
  app.route('/v1/keys', keyRoutes(ports));
  app.route('/v1/audit', auditRoutes(ports));
  app.route('/v1/chat/completions', chatRoutes(ports));
  app.route('/mcp', mcpRoutes(ports));
  app.route('/v1/models', modelRoutes(ports));
  app.route('/', healthRoutes(ports));
  app.route('/', homeRoutes(ports));
  addOpenApi(app, ports.version);
  return app;
}

function isUpload(c: GatewayContext): boolean {
  const type = c.req.header('content-type') ?? '';
  return /^\/v1\/adapters(\/[^/]+)?$/.test(c.req.path) && /^multipart\/form-data/i.test(type);
}
