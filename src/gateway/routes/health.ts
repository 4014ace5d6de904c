import { Hono } from 'hono';
import type { GatewayEnv } from '../env.ts';
import type { Ports } from '../ports.ts';

/** `/healthz`: the process answers. `/readyz`: a call would be served now; 503 with the reason where not. `/metrics`: Prometheus. */
export function healthRoutes({
  engine,
  metrics,
  version,
}: Pick<Ports, 'engine' | 'metrics' | 'version'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/healthz', (c) => c.json({ status: 'ok', version }));

  app.get('/readyz', (c) => {
    const trouble = engine.trouble();
    return trouble === null
      ? c.json({ status: 'ready' })
      : c.json({ status: 'not_ready', reason: trouble }, 503);
  });

  app.get('/metrics', async (c) => {
    const page = await metrics.render();
    if (page === null) return c.notFound();
    return c.text(page.body, 200, { 'content-type': page.contentType });
  });

  return app;
}
