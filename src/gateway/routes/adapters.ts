import { Hono } from 'hono';
import { TenonError } from '../../errors.ts';
import { record } from '../audit.ts';
import type { GatewayContext, GatewayEnv } from '../env.ts';
import { list } from '../paging.ts';
import type { AdapterUpload, Ports } from '../ports.ts';

/** `/v1/adapters`: LoRA adapters in PEFT format, by name. An upload goes to the port as it arrives, unread. */
export function adapterRoutes({ adapters, audit }: Pick<Ports, 'adapters' | 'audit'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', (c) => c.json(list(adapters.list())));

  app.post('/', async (c) => {
    const { adapter, created } = await adapters.add(uploadOf(c));
    if (created) await record(c, audit, 'adapter.add', adapter.name, { digest: adapter.digest });
    return c.json(adapter, created ? 201 : 200, { location: `/v1/adapters/${adapter.name}` });
  });

  app.get('/:name', async (c) => c.json(await adapters.get(c.req.param('name'))));

  app.put('/:name', async (c) => {
    const { adapter, created } = await adapters.replace(c.req.param('name'), uploadOf(c));
    if (created) await record(c, audit, 'adapter.replace', adapter.name, { digest: adapter.digest });
    return c.json(adapter, created ? 201 : 200);
  });

  app.delete('/:name', async (c) => {
    await adapters.remove(c.req.param('name'));
    await record(c, audit, 'adapter.remove', c.req.param('name'));
    return c.body(null, 204);
  });

  return app;
}

function uploadOf(c: GatewayContext): AdapterUpload {
  const contentType = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data/i.test(contentType))
    throw new TenonError('invalid_request', { reason: 'Send the adapter as multipart/form-data.' });
  return { contentType, body: c.req.raw.body };
}
