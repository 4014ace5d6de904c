import { Hono } from 'hono';
import { TenonError } from '../../errors.ts';
import type { GatewayEnv } from '../env.ts';
import { listModels } from '../openai/index.ts';
import type { Ports } from '../ports.ts';

/** `/v1/models` in OpenAI's shape: the base model, then each adapter as a model with the base as its parent. */
export function modelRoutes(ports: Pick<Ports, 'engine' | 'adapters'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', (c) => c.json({ object: 'list', data: listModels(ports) }));

  app.get('/:model', (c) => {
    const id = c.req.param('model');
    const card = listModels(ports).find((model) => model.id === id.replace(/^adapter:/, ''));
    if (card === undefined)
      throw new TenonError('model_unknown', { model: id.slice(0, 100) }, { param: 'model' });
    return c.json(card);
  });

  return app;
}
