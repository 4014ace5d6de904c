import { Hono } from 'hono';
import { html } from 'hono/html';
import type { GatewayEnv } from '../env.ts';
import type { Ports } from '../ports.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
  body { margin: 3rem auto; max-width: 44rem; padding: 0 1rem; }
  td, th { text-align: left; vertical-align: top; padding: .2rem 1.2rem .2rem 0; }
  code { font: 14px ui-monospace, monospace; }
`;

/** `/`: what is up, and where to look. The console will stand here. */
export function homeRoutes(
  ports: Pick<Ports, 'engine' | 'registry' | 'adapters' | 'keys' | 'version'>,
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.get('/', async (c) => {
    const isKnown = c.get('caller') !== null || !ports.keys.required;
    return c.html(isKnown ? await page(ports) : stranger(ports));
  });
  return app;
}

/** Without a key nobody is told what is registered here. */
function stranger({ version }: Pick<Ports, 'version'>) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Tenon</title>
        <style>${STYLE}</style>
      </head>
      <body>
        <h1>Tenon ${version}</h1>
        <p>This gateway asks for a key: <code>Authorization: Bearer …</code></p>
      </body>
    </html>`;
}

async function page({ engine, registry, adapters, version }: Parameters<typeof homeRoutes>[0]) {
  const tools = await registry.list();
  const { model, parameters, device } = engine.info;
  const state = engine.trouble() ?? 'ready';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Tenon</title>
        <style>${STYLE}</style>
      </head>
      <body>
        <h1>Tenon ${version}</h1>
        <p>
          Plain language in, one API call out that fits its JSON Schema. The engine is <b>${state}</b>:
          ${model}, ${(parameters / 1e6).toFixed(1)}M parameters on ${device}, ${adapters.list().length} adapters.
        </p>
        <h2>Tools</h2>
        <table>
          ${tools.map(
            (tool) => html`<tr>
              <td><a href="/v1/tools/${tool.name}"><code>${tool.name}</code></a></td>
              <td>${tool.description}</td>
              <td><a href="/v1/tools/${tool.name}/types">types</a></td>
            </tr>`,
          )}
        </table>
        <h2>Look</h2>
        <p>
          <a href="/v1/calls">calls</a>, <a href="/v1/reviews">reviews</a>, <a href="/v1/adapters">adapters</a>,
          <a href="/v1/models">models</a>, <a href="/readyz">readiness</a>
        </p>
        <p>In a terminal: <code>tenon call "…"</code>, <code>tenon review</code>, <code>tenon --help</code>.</p>
      </body>
    </html>`;
}
