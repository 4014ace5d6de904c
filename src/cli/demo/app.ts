import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { page } from './page.ts';
import type { DemoRecords } from './records.ts';
import { type DemoAnswer, type DemoResource, RESOURCES } from './resources.ts';

/** The demo service as a Hono app over its records. */
export function createDemoApp(records: DemoRecords): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 100_000 }));
  app.get('/', (c) => c.html(page(records.list(100))));
  app.get('/records', (c) => c.json({ data: records.list(1000) }));
  for (const resource of RESOURCES) {
    app.on(resource.method, resource.path, (c) => serve(c, resource, records));
  }
  return app;
}

async function serve(c: Context, resource: DemoResource, records: DemoRecords): Promise<Response> {
  const key = c.req.header('idempotency-key');
  const before = key === undefined ? undefined : records.answered(key);
  if (before) return c.json(before.answer as object, before.status as DemoAnswer['status']);

  const body = resource.method === 'GET' ? {} : await readObject(c);
  if (body === null) return c.json({ error: { code: 'bad_json', message: 'Send one JSON object.' } }, 400);

  const series = resource.path.replace(/:id$/, '');
  const request = {
    id: c.req.param('id') ?? '',
    query: c.req.query(),
    body,
    serial: records.count(series) + 1,
  };
  const { status, body: answer } = await resource.answer(request);
  const path = c.req.path + new URL(c.req.url).search;
  const sent = resource.method === 'GET' ? null : body;
  records.add({ method: resource.method, path, request: sent, status, answer, idempotencyKey: key });
  return c.json(answer as object, status);
}

async function readObject(c: Context): Promise<Record<string, unknown> | null> {
  const value: unknown = await c.req.json().catch(() => null);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
