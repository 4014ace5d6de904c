import { Hono } from 'hono';
import { record } from '../audit.ts';
import { readJson } from '../body.ts';
import type { GatewayEnv } from '../env.ts';
import { checkTool, mayUseTool } from '../keys/index.ts';
import { list } from '../paging.ts';
import type { Ports } from '../ports.ts';

/**
 * `/v1/tools`: registering what may be called. The registry checks a manifest whole before it stores any of it. A key
 * with a list of tools sees and changes those alone.
 */
export function toolRoutes({ registry, audit }: Pick<Ports, 'registry' | 'audit'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.use('/:name/*', async (c, next) => {
    checkTool(c.get('caller'), c.req.param('name'));
    await next();
  });

  app.get('/', async (c) => {
    const tools = await registry.list();
    return c.json(list(tools.filter(({ name }) => mayUseTool(c.get('caller'), name))));
  });

  app.post('/', async (c) => {
    const manifest = await readJson(c);
    checkTool(c.get('caller'), nameIn(manifest));
    const tool = await registry.register(manifest);
    await record(c, audit, 'tool.register', tool.name, { version: tool.version, digest: tool.digest });
    return c.json(tool, 201, { location: `/v1/tools/${tool.name}` });
  });

  app.get('/:name', async (c) => c.json(await registry.get(c.req.param('name'))));

  app.put('/:name', async (c) => {
    const tool = await registry.replace(c.req.param('name'), await readJson(c));
    await record(c, audit, 'tool.replace', tool.name, { version: tool.version, digest: tool.digest });
    return c.json(tool);
  });

  app.delete('/:name', async (c) => {
    await registry.remove(c.req.param('name'));
    await record(c, audit, 'tool.remove', c.req.param('name'));
    return c.body(null, 204);
  });

  app.get('/:name/types', async (c) => c.text(await registry.types(c.req.param('name'))));

  app.get('/:name/grammar', async (c) => c.text(await registry.grammar(c.req.param('name'))));

  return app;
}

/** What is no manifest is the registry's to refuse. */
function nameIn(manifest: unknown): string {
  const name = typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : '';
  return typeof name === 'string' ? name : '';
}
