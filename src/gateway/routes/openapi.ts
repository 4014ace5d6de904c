import type { Hono } from 'hono';
import type { GatewayEnv } from '../env.ts';
import { describeRoutes, type OpenApiDocument } from '../openapi/index.ts';

/** Adds `/openapi.json` to an app that has all its other routes. */
export function addOpenApi(app: Hono<GatewayEnv>, version: string): void {
  let document: OpenApiDocument | undefined;
  app.get('/openapi.json', (c) => c.json((document ??= describeRoutes(app.routes, version))));
}
