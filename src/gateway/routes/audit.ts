import { Hono } from 'hono';
import type { GatewayEnv } from '../env.ts';
import { list, readPage } from '../paging.ts';
import type { Ports } from '../ports.ts';

/** `/v1/audit`: who changed or decided what, newest first. */
export function auditRoutes({ audit }: Pick<Ports, 'audit'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', async (c) => {
    const { actor, action, target } = c.req.query();
    const filter = { ...(actor && { actor }), ...(action && { action }), ...(target && { target }) };
    const { data, has_more } = await audit.list(filter, readPage(c));
    return c.json(
      list(
        data.map((row) => ({ ...row, data: JSON.parse(row.data) as unknown })),
        has_more,
      ),
    );
  });

  return app;
}
