import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallRecord, CallResult } from '../../src/calls/index.ts';
import type { DemoRecord } from '../../src/cli/demo/records.ts';
import type { ReviewRecord, ReviewSummary } from '../../src/reviews/index.ts';
import { createTestClient, type Refusal, type TestClient } from '../support/http.ts';
import { type LaunchedGateway, launchGateway } from '../support/launch.ts';

// The gateway as users run it, with the real model, over HTTP. What the model says is its own business: these
// tests hold whatever it says, because the grammar, the validator and the pipeline do.

let data: string;
let gateway: LaunchedGateway;
let http: TestClient;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tenon-e2e-'));
  gateway = await launchGateway(['--data', data, '--time-zone', 'Europe/Berlin']);
  http = createTestClient(gateway.url);
});
afterAll(async () => {
  await gateway?.stop();
  await rm(data, { recursive: true, force: true });
});

async function arrived(): Promise<readonly DemoRecord[]> {
  const response = await fetch(`${gateway.demoUrl}/records`);
  return ((await response.json()) as { data: DemoRecord[] }).data;
}

const call = async (body: unknown): Promise<CallResult> =>
  (await http.post<CallResult>('/v1/calls', body)).body;

describe('a call', () => {
  it('goes from plain language to the upstream, and the upstream shows it', async () => {
    const before = (await arrived()).length;
    const made = await call({ input: 'turn off the lights in the kitchen', tool: 'set_light' });

    expect(made).toMatchObject({
      status: 'forwarded',
      tool: 'set_light',
      validation: { valid: true, errors: [] },
    });
    expect(made.upstream?.status).toBe(200);
    expect(made.confidence).toBeGreaterThan(0);
    expect(made.confidence).toBeLessThanOrEqual(1);
    expect(made.usage.completion_tokens).toBeGreaterThan(5);
    expect(made.usage.passes).toBeLessThan(made.usage.completion_tokens);
    expect(made.timings.total_ms).toBeGreaterThan(made.timings.decode_ms);

    const { room, state } = made.arguments as { room: string; state: unknown };
    const records = await arrived();
    expect(records).toHaveLength(before + 1);
    expect(records[0]).toMatchObject({
      method: 'PUT',
      path: `/lights/${encodeURIComponent(room)}`,
      request: state,
    });
  });

  it('is right about a table for four', async () => {
    const now = '2026-11-23T12:00:00+01:00';
    const made = await call({ input: "book a table for four at Luigi's tomorrow at 8pm", now });
    expect(made).toMatchObject({
      status: 'forwarded',
      tool: 'book_table',
      arguments: { restaurant: "Luigi's", party_size: 4, time: '2026-11-24T20:00:00+01:00' },
      upstream: { status: 201, body: { status: 'confirmed', party_size: 4 } },
    });
    expect((await arrived())[0]?.request).toEqual(made.arguments);
  });

  it('chooses among all tools, and what it does not forward never arrives', async () => {
    const before = (await arrived()).length;
    const made = await call({ input: "book a table for four at Luigi's tomorrow at 8pm" });
    expect(['forwarded', 'in_review', 'no_tool']).toContain(made.status);
    expect(await arrived()).toHaveLength(before + (made.upstream === null ? 0 : 1));
    const tools = (await http.get<{ data: { name: string }[] }>('/v1/tools')).body.data.map(
      ({ name }) => name,
    );
    expect(tools).toHaveLength(8);
    expect([...tools, null]).toContain(made.tool);
  });

  it('works out dates for the zone of the gateway, or for the moment that it is given', async () => {
    const now = '2026-03-02T09:00:00+01:00';
    const made = await call({ input: 'weather in Oslo tomorrow', tool: 'get_weather', dry_run: true, now });
    const record = (await http.get<CallRecord>(`/v1/calls/${made.id}`)).body;
    expect(record.grounded).toContain('2026-03-03');
  });

  it('stops after validation when it is a dry run', async () => {
    const before = (await arrived()).length;
    const made = await call({ input: 'play some jazz', tool: 'play_music', dry_run: true });
    expect(made).toMatchObject({ status: 'validated', upstream: null, validation: { valid: true } });
    expect(await arrived()).toHaveLength(before);
  });

  it('stands on record with everything that happened to it', async () => {
    const made = await call({ input: 'lights on in the garage', tool: 'set_light' });
    const record = (await http.get<CallRecord>(`/v1/calls/${made.id}`)).body;
    expect(record).toMatchObject({ id: made.id, status: 'forwarded', input: 'lights on in the garage' });
    expect(record.arguments).toEqual(made.arguments);
    const states = record.events.map(({ state }) => state);
    expect(states[0]).toBe('received');
    expect(states.slice(-2)).toEqual(['forwarding', 'forwarded']);
    const listed = (await http.get<{ data: { id: string }[] }>('/v1/calls?limit=1')).body.data;
    expect(listed.map(({ id }) => id)).toEqual([made.id]);
  });

  it('is made once for an idempotency key', async () => {
    const before = (await arrived()).length;
    const body = { input: 'dim the bedroom to 30 percent', tool: 'set_light' };
    const key = { 'idempotency-key': 'order-66' };
    const [first, second] = await Promise.all([
      http.post<CallResult>('/v1/calls', body, key),
      http.post<CallResult>('/v1/calls', body, key),
    ]);
    expect(second.body.id).toBe(first.body.id);
    expect(await arrived()).toHaveLength(before + 1);
    const other = await http.post<Refusal>('/v1/calls', { ...body, input: 'another' }, key);
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('serves many at once', async () => {
    const rooms = ['kitchen', 'bedroom', 'office', 'garage', 'garden', 'hallway'];
    const calls = await Promise.all(
      rooms.map((room) => call({ input: `lights on in the ${room}`, tool: 'set_light' })),
    );
    expect(calls.map(({ status }) => status)).toEqual(rooms.map(() => 'forwarded'));
    expect(new Set(calls.map(({ id }) => id)).size).toBe(rooms.length);
  });
});

describe("a tool's adapter", () => {
  it('makes the arguments of its own calls, and of no other', async () => {
    const { name, version, digest, grammar, created_at, adapter, ...light } = (
      await http.get<Record<string, unknown>>('/v1/tools/set_light')
    ).body;
    expect(adapter).toBe('set_light');
    expect((await http.post('/v1/tools', { ...light, name: 'plain_light' })).status).toBe(201);

    const ask = (tool: string) =>
      call({ input: 'dim the lights in the bedroom to 30 percent', tool, dry_run: true });
    const bare = await ask('plain_light');
    const tuned = await ask('set_light');
    const bareAgain = await ask('plain_light');
    expect([bare.adapter, tuned.adapter?.name, bareAgain.adapter]).toEqual([null, 'set_light', null]);
    expect(tuned.arguments).toEqual({ room: 'bedroom', state: { brightness: 30 } });
    expect(bare.arguments).not.toEqual(tuned.arguments);
    expect(bareAgain.arguments).toEqual(bare.arguments);
    // Not to the last bit: the second time the prompt's beginning comes from the cache.
    expect(bareAgain.confidence! / bare.confidence!).toBeCloseTo(1, 4);
    // What the adapter is for: the signature leaves the prompt.
    expect(tuned.usage.prompt_tokens).toBeLessThan(bare.usage.prompt_tokens);
    await http.delete('/v1/tools/plain_light');
  });
});

describe('a text that fits no tool', () => {
  it('is told so, and nothing is forwarded', async () => {
    const before = (await arrived()).length;
    const made = await call({ input: 'the mitochondria is the powerhouse of the cell' });
    expect(made).toMatchObject({ status: 'no_tool', tool: null, arguments: null, upstream: null });
    expect(await arrived()).toHaveLength(before);
  });
});

describe('a call that the upstream refuses', () => {
  const input = 'where is my order QQ-98765?';
  const refused = async () => await call({ input, tool: 'lookup_order' });

  it('waits for a person, who corrects it, and it goes out', async () => {
    const made = await refused();
    expect(made).toMatchObject({
      status: 'in_review',
      upstream: { status: 404, body: { error: { code: 'order_unknown' } } },
      review: { reason: { kind: 'upstream_rejected' } },
    });
    const open = (await http.get<{ data: ReviewSummary[] }>('/v1/reviews?status=open')).body.data;
    expect(open[0]).toMatchObject({ id: made.review?.id, input, tool: 'lookup_order' });

    const path = `/v1/reviews/${made.review?.id}`;
    const bad = await http.post<Refusal>(path, { decision: 'correct', arguments: { order_id: 'no' } });
    expect([bad.status, bad.body.error.code]).toEqual([422, 'arguments_invalid']);
    expect(bad.body.error.details).toMatchObject([{ pointer: '/order_id', keyword: 'pattern' }]);

    const good = { decision: 'correct', arguments: { order_id: 'AB-12345' }, actor: 'ada', note: 'typo' };
    const decided = await http.post<ReviewRecord>(path, good);
    expect(decided.body).toMatchObject({
      status: 'corrected',
      decided: { by: 'ada', note: 'typo', arguments: { order_id: 'AB-12345' } },
      call: { status: 'forwarded', upstream: { status: 200, body: { order_id: 'AB-12345' } } },
    });
    expect((await arrived())[0]?.path).toBe('/orders/AB-12345');

    const again = await http.post<Refusal>(path, good);
    expect([again.status, again.body.error.code]).toEqual([409, 'review_closed']);
  });

  it('can be rejected, and then never goes out', async () => {
    const made = await refused();
    const before = (await arrived()).length;
    const decided = await http.post<ReviewRecord>(`/v1/reviews/${made.review?.id}`, {
      decision: 'reject',
      note: 'no',
    });
    expect(decided.body).toMatchObject({
      status: 'rejected',
      decided: { by: 'anonymous' },
      call: { status: 'failed' },
    });
    expect(await arrived()).toHaveLength(before);
  });
});

describe('a tool that waits for a person', () => {
  it('is forwarded when approved', async () => {
    const light = (await http.get<Record<string, unknown>>('/v1/tools/set_light')).body;
    const manifest = {
      name: 'cut_power',
      description: 'Cut the power of a room',
      parameters: light.parameters,
      upstream: light.upstream,
      policy: { destructive: true },
    };
    expect((await http.post('/v1/tools', manifest)).status).toBe(201);
    const before = (await arrived()).length;
    const made = await call({ input: 'lights off in the office', tool: 'cut_power' });
    expect(made).toMatchObject({
      status: 'in_review',
      upstream: null,
      review: { reason: { kind: 'destructive' } },
    });
    expect(await arrived()).toHaveLength(before);
    const decided = await http.post<ReviewRecord>(`/v1/reviews/${made.review?.id}`, { decision: 'approve' });
    expect(decided.body).toMatchObject({ status: 'approved', call: { status: 'forwarded' } });
    expect(await arrived()).toHaveLength(before + 1);
    await http.delete('/v1/tools/cut_power');
  });
});

describe('the gateway itself', () => {
  it('is alive and ready, and names its model', async () => {
    expect((await http.get('/healthz')).body).toMatchObject({ status: 'ok' });
    expect((await http.get('/readyz')).body).toEqual({ status: 'ready' });
    const models = (await http.get<{ data: { id: string; architecture?: string }[] }>('/v1/models')).body
      .data;
    expect(models[0]).toMatchObject({ object: 'model', architecture: 'llama' });
  });

  it('types its sample tools', async () => {
    const types = await (await fetch(`${gateway.url}/v1/tools/book_table/types`)).text();
    expect(types).toMatch(/restaurant: string/);
    expect(types).toMatch(/seating\?: ["']inside["']/);
  });
});
