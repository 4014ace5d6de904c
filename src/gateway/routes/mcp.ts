import { Hono } from 'hono';
import { readJson } from '../body.ts';
import type { GatewayEnv } from '../env.ts';
import type { Ports } from '../ports.ts';

/** `/mcp`: MCP over Streamable HTTP. */
export function mcpRoutes({ mcp }: Pick<Ports, 'mcp'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.on(['GET', 'POST', 'DELETE'], '/', async (c) => {
    const body = c.req.method === 'POST' ? await readJson(c) : undefined;
    const from = { caller: c.get('caller'), idempotencyKey: c.req.header('idempotency-key') };
    return await mcp.fetch(c.req.raw, body, from);
  });

  return app;
}
