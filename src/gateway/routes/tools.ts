import { Hono } from 'hono';
import { readJson } from '../body.ts';
import type { GatewayEnv } from '../env.ts';
import { list } from '../paging.ts';
import type { Ports } from '../ports.ts';

/** `/v1/tools`: registering what may be called. The registry checks a manifest whole before it stores any of it. */
export function toolRoutes({ registry }: Pick<Ports, 'registry'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', async (c) => c.json(list(await registry.list())));

  app.post('/', async (c) => {
    const tool = await registry.register(await readJson(c));
    return c.json(tool, 201, { location: `/v1/tools/${tool.name}` });
  });

  app.get('/:name', async (c) => c.json(await registry.get(c.req.param('name'))));

  app.put('/:name', async (c) => c.json(await registry.replace(c.req.param('name'), await readJson(c))));

  app.delete('/:name', async (c) => {
    await registry.remove(c.req.param('name'));
    return c.body(null, 204);
  });

  app.get('/:name/types', async (c) => c.text(await registry.types(c.req.param('name'))));

  app.get('/:name/grammar', async (c) => c.text(await registry.grammar(c.req.param('name'))));

  return app;
}
