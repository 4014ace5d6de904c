import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runQuery } from '../../src/cli/demo/sales-service.ts';
import { type RunningDemo, startDemo } from '../../src/cli/demo/start.ts';

let folder: string;
let demo: RunningDemo;
const start = () => startDemo({ file: join(folder, 'demo.db'), host: '127.0.0.1', port: 0 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenon-demo-'));
  demo = await start();
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true });
});

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(
    demo.url + path,
    body === undefined ? init : { ...init, body: JSON.stringify(body) },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('the demo service', () => {
  it('answers every sample tool as its own API would', async () => {
    const booking = await ask('POST', '/bookings', {
      restaurant: 'Bella Roma',
      party_size: 4,
      time: '2026-11-24T20:00:00Z',
    });
    expect(booking).toMatchObject({ status: 201, body: { status: 'confirmed', restaurant: 'Bella Roma' } });
    expect(await ask('POST', '/tickets', { subject: 'x' })).toMatchObject({
      status: 201,
      body: { status: 'open' },
    });
    expect(await ask('POST', '/meetings', { title: 'x' })).toMatchObject({ status: 201 });
    expect(await ask('POST', '/expenses', { amount: { value: 9, currency: 'EUR' } })).toMatchObject({
      status: 201,
    });
    expect(await ask('GET', '/weather?city=Oslo&date=2026-11-24')).toMatchObject({
      status: 200,
      body: { city: 'Oslo' },
    });
    expect(await ask('POST', '/playback', { item: 'jazz' })).toMatchObject({ status: 202 });
    const light = await ask('PUT', '/lights/living%20room', { on: false });
    expect(light).toEqual({ status: 200, body: { room: 'living room', state: { on: false } } });
  });

  it('runs a query of its sales, reads and nothing else, and ends one that has no end', async () => {
    const query = (sql: unknown) => ask('POST', '/sales/query', { sql });
    expect(await query('SELECT COUNT(*) AS n, MIN(day) AS first FROM sales')).toEqual({
      status: 200,
      body: { rows: [{ n: 60, first: '2026-10-01' }], more: false },
    });
    // Whoever calls this service without Tenon is refused by SQLite itself.
    for (const sql of [
      'DROP TABLE sales',
      'DELETE FROM sales',
      'SELECT * FROM sqlite_master',
      "ATTACH DATABASE '/tmp/x' AS x",
      'SELECT randomblob(1000000000)',
      'SELECT nothing FROM sales',
      'hello',
    ])
      expect(await query(sql), sql).toMatchObject({
        status: 422,
        body: { error: { code: 'query_refused' } },
      });
    expect(await query(7)).toMatchObject({ status: 422, body: { error: { code: 'bad_query' } } });
    const endless = `SELECT COUNT(*) FROM ${Array.from({ length: 9 }, (_, i) => `sales AS s${i}`).join(' JOIN ')}`;
    expect(await runQuery(endless, 500)).toBeNull();
  });

  it('knows seeded orders, with the details that are asked for', async () => {
    expect(await ask('GET', '/orders/AB-12345')).toMatchObject({ status: 200, body: { status: 'shipped' } });
    expect((await ask('GET', '/orders/AB-12345')).body).not.toHaveProperty('tracking');
    expect((await ask('GET', '/orders/AB-12345?include=tracking,items')).body).toMatchObject({
      tracking: { carrier: 'DHL' },
      items: [{ quantity: 1 }, { quantity: 2 }],
    });
  });

  it.each([
    ['POST', '/bookings', { party_size: 21 }, 422, 'party_too_large'],
    ['POST', '/expenses', { amount: { value: 10_000.01, currency: 'EUR' } }, 422, 'over_limit'],
    ['GET', '/orders/QQ-99999', undefined, 404, 'order_unknown'],
    ['POST', '/tickets', [1], 400, 'bad_json'],
  ])('refuses %s %s %j', async (method, path, body, status, code) => {
    expect(await ask(method, path, body)).toMatchObject({ status, body: { error: { code } } });
  });

  it('carries a request out once for an idempotency key, and again after it was refused', async () => {
    const key = { 'idempotency-key': 'k1' };
    const refused = await ask('POST', '/bookings', { party_size: 30 }, key);
    const first = await ask('POST', '/bookings', { party_size: 3 }, key);
    const second = await ask('POST', '/bookings', { party_size: 3 }, key);
    expect([refused.status, first.status, second.status]).toEqual([422, 201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('shows what it holds, and still holds it after a restart', async () => {
    await ask('POST', '/tickets', { subject: '<script>alert(1)</script>' });
    const before = (await ask('GET', '/records')).body.data as { path: string }[];
    expect(before[0]).toMatchObject({ method: 'POST', path: '/tickets', status: 201 });
    const html = await (await fetch(demo.url)).text();
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
    await demo.close();
    demo = await start();
    expect((await ask('GET', '/records')).body.data).toEqual(before);
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(demo.url).port);
    const second = startDemo({ file: join(folder, 'other.db'), host: '127.0.0.1', port });
    await expect(second).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining('--demo-port'),
    });
  });
});
