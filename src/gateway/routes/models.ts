import { Hono } from 'hono';
import type { GatewayEnv } from '../env.ts';
import type { Ports } from '../ports.ts';

/** `/v1/models` in OpenAI's shape: the base model, then each adapter as a model with the base as its parent. */
export function modelRoutes({ engine, adapters }: Pick<Ports, 'engine' | 'adapters'>): Hono<GatewayEnv> {
  const started = Math.floor(Date.now() / 1000);
  const app = new Hono<GatewayEnv>();

  app.get('/', (c) => {
    const { model, ...details } = engine.info;
    const card = (id: string) => ({ id, object: 'model', created: started, owned_by: 'tenon' });
    const tuned = adapters.list().map(({ name, digest }) => ({ ...card(name), parent: model, digest }));
    return c.json({ object: 'list', data: [{ ...card(model), ...details }, ...tuned] });
  });

  return app;
}
