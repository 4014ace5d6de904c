import { afterAll, beforeAll, expect, it } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import { createApp } from '../../src/gateway/app.ts';
import { openTestPorts, type TestPorts } from './ports.ts';

let test: TestPorts;
let app: ReturnType<typeof createApp>;
let fails = (): Error => new Error('nothing set');

beforeAll(async () => {
  const select = () => Promise.reject(fails());
  test = await openTestPorts({ maxBodyBytes: 20_000, engine: { select, generate: select } });
  app = createApp(test.ports);
  await test.ports.registry.register({
    name: 'ping',
    description: 'Ping',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
  });
});
afterAll(() => test.close());

const call = () =>
  app.request('/v1/calls', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'ping' }),
  });

it.each([
  ['queue_full', { limit: 128, seconds: 3 }, 429],
  ['engine_timeout', { limit: 30_000 }, 503],
  ['engine_unavailable', { reason: 'gone' }, 503],
  ['engine_run_failed', { reason: 'std::bad_alloc' }, 503],
] as const)(
  'a call that fails with %s says so in its status, and when to come back',
  async (code, values, status) => {
    fails = () => new TenonError(code, values);
    const response = await call();
    expect(response.status).toBe(status);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await response.json()).toMatchObject({ status: 'failed', error: { code } });
  },
);

it('a call that fails otherwise is 200: asking again would not help', async () => {
  fails = () => new TenonError('engine_crashed', { times: 2, reason: 'code 7' });
  const response = await call();
  expect(response.status).toBe(200);
  expect(response.headers.get('retry-after')).toBeNull();
});
