import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { describeRoutes, OPERATIONS, type OpenApiDocument } from '../../src/gateway/openapi/index.ts';
import { scriptEngine } from '../calls/rig.ts';
import { openTestPorts, type TestPorts } from './ports.ts';

let test: TestPorts;
let app: ReturnType<typeof createApp>;
let document: OpenApiDocument;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
beforeAll(async () => {
  test = await openTestPorts({ maxBodyBytes: 20_000, engine: scriptEngine() });
  app = createApp(test.ports);
  document = (await (await app.request('/openapi.json')).json()) as OpenApiDocument;
  ajv.addSchema(document, 'openapi');
});
afterAll(() => test.close());

describe('/openapi.json', () => {
  it('has every route of the app, and no route that is not there', () => {
    const served = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(served)].sort()).toEqual(Object.keys(OPERATIONS).sort());
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('is valid OpenAPI 3.1, each operation under a name of its own', async () => {
    expect(await new Validator().validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
    const ids = Object.values(OPERATIONS).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says which scope a key needs', () => {
    expect(document.paths['/v1/tools']?.post).toMatchObject({
      description: expect.stringContaining('register'),
    });
    expect(document.paths['/v1/keys']?.get).toMatchObject({ description: expect.stringContaining('admin') });
    expect(document.paths['/healthz']?.get).toMatchObject({ security: [] });
  });

  it('leaves out a route that nobody described', () => {
    expect(describeRoutes([{ method: 'GET', path: '/secret' }], '1').paths).toEqual({});
  });
});

describe('real answers are as described', () => {
  const checked = new Set<string>();

  /** Sends a request and holds its answer against the description. */
  async function ask(
    method: string,
    route: string,
    path: string,
    body?: unknown,
  ): Promise<Record<string, unknown>> {
    const init = { method, headers: { 'content-type': 'application/json' } };
    const response = await app.request(
      path,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    const at = `${route.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/responses`;
    const described = document.paths[route]?.[method.toLowerCase()] as {
      responses: Record<string, { content?: object }>;
    };
    const answer = described.responses[response.status];
    expect([method, path, response.status, answer !== undefined]).toEqual([
      method,
      path,
      response.status,
      true,
    ]);
    const text = await response.text();
    if (answer?.content === undefined) {
      expect(text).toBe('');
      return {};
    }
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!;
    expect(Object.keys(answer.content)).toContain(type);
    checked.add(`${method} ${route} ${response.status}`);
    const value: unknown = type === 'application/json' ? JSON.parse(text) : text;
    const pointer = `openapi#/paths/${encodeURIComponent(at).replaceAll('%2F', '/')}/${response.status}/content/${type.replace('/', '~1')}/schema`;
    const validate = ajv.getSchema(pointer);
    expect(validate, pointer).toBeDefined();
    expect([path, validate!(value), validate!.errors]).toEqual([path, true, null]);
    return value as Record<string, unknown>;
  }

  it('through the life of a tool, its calls, reviews and keys, and where they are refused', async () => {
    const parameters = {
      type: 'object',
      properties: { name: { type: 'string' }, guests: { type: 'integer' } },
    };
    const tool = { name: 'greet', description: 'Greet', parameters, policy: { destructive: true } };
    await ask('POST', '/v1/tools', '/v1/tools', tool);
    await ask('POST', '/v1/tools', '/v1/tools', { ...tool, description: 'Other' });
    await ask('POST', '/v1/tools', '/v1/tools', { name: 'x' });
    await ask('PUT', '/v1/tools/{name}', '/v1/tools/greet', { ...tool, description: 'Other' });
    await ask('GET', '/v1/tools', '/v1/tools');
    await ask('GET', '/v1/tools/{name}', '/v1/tools/greet');
    await ask('GET', '/v1/tools/{name}', '/v1/tools/none');
    await ask('GET', '/v1/tools/{name}/types', '/v1/tools/greet/types');
    await ask('GET', '/v1/tools/{name}/grammar', '/v1/tools/greet/grammar');

    const held = await ask('POST', '/v1/calls', '/v1/calls', { input: 'hi', tool: 'greet' });
    const dry = await ask('POST', '/v1/calls', '/v1/calls', { input: 'hi', dry_run: true });
    await ask('POST', '/v1/calls', '/v1/calls', { input: '' });
    await ask('POST', '/v1/calls', '/v1/calls', { input: 'x', tool: 'none' });
    await ask('GET', '/v1/calls', '/v1/calls?limit=1');
    await ask('GET', '/v1/calls', '/v1/calls?limit=none');
    await ask('GET', '/v1/calls/{id}', `/v1/calls/${dry.id}`);
    await ask('GET', '/v1/calls/{id}', `/v1/calls/${held.id}`);

    const { id } = held.review as { id: string };
    await ask('GET', '/v1/reviews', '/v1/reviews?status=open');
    await ask('GET', '/v1/reviews/{id}', `/v1/reviews/${id}`);
    await ask('POST', '/v1/reviews/{id}', `/v1/reviews/${id}`, {
      decision: 'correct',
      arguments: { guests: 'many' },
    });
    await ask('POST', '/v1/reviews/{id}', `/v1/reviews/${id}`, {
      decision: 'correct',
      arguments: { guests: 2 },
    });
    await ask('POST', '/v1/reviews/{id}', `/v1/reviews/${id}`, { decision: 'reject' });

    const messages = [{ role: 'user', content: 'hi' }];
    const named = { type: 'function', function: { name: 'greet' } };
    await ask('POST', '/v1/chat/completions', '/v1/chat/completions', {
      model: 'none',
      messages,
      tools: [named],
    });
    await ask('POST', '/v1/chat/completions', '/v1/chat/completions', { model: 'other', messages });
    await ask('GET', '/v1/models', '/v1/models');
    await ask('GET', '/v1/models/{model}', '/v1/models/none');
    await ask('GET', '/v1/adapters', '/v1/adapters');
    await ask('GET', '/healthz', '/healthz');
    await ask('GET', '/readyz', '/readyz');
    await ask('GET', '/metrics', '/metrics');
    await ask('GET', '/', '/');
    await ask('DELETE', '/v1/tools/{name}', '/v1/tools/greet');

    await ask('POST', '/v1/keys', '/v1/keys', { name: 'root', scopes: ['admin'] });
    await ask('GET', '/v1/keys', '/v1/keys');
    expect(checked.size).toBeGreaterThan(30);
  });

  it('with a key too', async () => {
    const { secret } = await test.ports.keys.add({ name: 'admin', scopes: ['admin'] }, 'test');
    const original = app;
    const authorized = { authorization: `Bearer ${secret}` };
    app = {
      request: (path: string, init: RequestInit) =>
        original.request(path, { ...init, headers: { ...(init.headers as object), ...authorized } }),
    } as typeof app;
    await ask('POST', '/v1/keys', '/v1/keys', {
      name: 'a',
      scopes: ['call'],
      requests_per_minute: 5,
      expires_at: '2999-01-01',
    });
    await ask('POST', '/v1/keys', '/v1/keys', { name: 'a', scopes: ['call'] });
    await ask('GET', '/v1/keys', '/v1/keys');
    await ask('GET', '/v1/keys/{name}', '/v1/keys/a');
    await ask('POST', '/v1/keys/{name}/rotate', '/v1/keys/a/rotate', {});
    await ask('DELETE', '/v1/keys/{name}', '/v1/keys/a');
    await ask('GET', '/v1/audit', '/v1/audit');
    app = original;
  });
});
