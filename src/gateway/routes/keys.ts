import { Hono } from 'hono';
import { readJson } from '../body.ts';
import { createCheck } from '../check.ts';
import type { GatewayEnv } from '../env.ts';
import { actorOf, checkNewKey } from '../keys/index.ts';
import { list } from '../paging.ts';
import type { Ports } from '../ports.ts';

const DAY = 86_400;

export const checkRotation = createCheck<{ readonly grace_seconds?: number }>({
  type: 'object',
  properties: { grace_seconds: { type: 'integer', minimum: 0, maximum: 30 * DAY } },
  additionalProperties: false,
});

/** `/v1/keys`: who may use this gateway. A secret is in the answer that makes it, and nowhere again. */
export function keyRoutes({ keys }: Pick<Ports, 'keys'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', (c) => c.json(list(keys.list())));

  app.post('/', async (c) => {
    const made = await keys.add(checkNewKey(await readJson(c)), actorOf(c.get('caller')));
    return c.json(made, 201, { location: `/v1/keys/${made.name}`, 'cache-control': 'no-store' });
  });

  app.get('/:name', (c) => c.json(keys.get(c.req.param('name'))));

  app.post('/:name/rotate', async (c) => {
    const { grace_seconds = DAY } = checkRotation(await readJson(c));
    const made = await keys.rotate(c.req.param('name'), grace_seconds, actorOf(c.get('caller')));
    return c.json(made, 200, { 'cache-control': 'no-store' });
  });

  app.delete('/:name', async (c) => {
    await keys.remove(c.req.param('name'), actorOf(c.get('caller')));
    return c.body(null, 204);
  });

  return app;
}
