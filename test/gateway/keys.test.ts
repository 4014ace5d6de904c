import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { createKeys, type KeyWithSecret, needOf } from '../../src/gateway/keys/index.ts';
import { scriptEngine } from '../calls/rig.ts';
import { openTestPorts, startThreads, type TestPorts } from './ports.ts';

const threads = startThreads();
afterAll(() => threads.close());
let test: TestPorts;
let app: ReturnType<typeof createApp>;
beforeEach(async () => {
  test = await openTestPorts({ maxBodyBytes: 50_000, engine: scriptEngine(), threads });
  app = createApp(test.ports);
});
afterEach(() => test.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string } };
}

async function ask(secret: string | null, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await app.request(path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

const code = ({ status, body }: Answer) => [status, body.error?.code ?? null];

async function make(secret: string | null, key: object): Promise<string> {
  const { status, body } = await ask(secret, 'POST', '/v1/keys', key);
  expect([status, body.error]).toEqual([201, undefined]);
  return (body as unknown as KeyWithSecret).secret;
}

const root = () => make(null, { name: 'root', scopes: ['admin'] });

const TOOL = {
  name: 'greet',
  description: 'Greet a person',
  parameters: { type: 'object', properties: { name: { type: 'string' }, guests: { type: 'integer' } } },
};

describe('keys', () => {
  it('are off until there is one, and on from then on', async () => {
    expect((await ask(null, 'GET', '/v1/tools')).status).toBe(200);
    const admin = await root();
    const refused = await ask(null, 'GET', '/v1/tools');
    expect(code(refused)).toEqual([401, 'key_missing']);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const known = await ask(admin, 'GET', '/v1/tools');
    expect([known.status, known.headers.get('www-authenticate')]).toEqual([200, null]);
    expect((await ask(null, 'GET', '/healthz')).status).toBe(200);
  });

  it('are shown once, and then by their beginning only', async () => {
    const admin = await root();
    expect(admin).toMatch(/^tenon_[0-9a-f]{12}_[\w-]{43}$/);
    const listed = JSON.stringify((await ask(admin, 'GET', '/v1/keys')).body);
    expect(listed).toContain(admin.slice(0, 18));
    expect(listed).not.toContain(admin.slice(19));
  });

  it('are nowhere in the database, the audit log or the log', async () => {
    const admin = await root();
    await ask(admin, 'POST', '/v1/keys/root/rotate', {});
    await ask(`${admin.slice(0, -1)}x`, 'GET', '/v1/tools');
    const rows = [
      await test.store.keys.list(),
      await test.store.keys.secrets(),
      await test.store.audit.list({}, { limit: 200 }),
      test.logged,
    ];
    expect(JSON.stringify(rows)).toContain(admin.slice(0, 18));
    expect(JSON.stringify(rows)).not.toContain(admin.slice(19, -1));
  });

  it('that are wrong, cut, of another kind or malformed are refused alike', async () => {
    const admin = await root();
    const last = admin.endsWith('A') ? 'B' : 'A';
    for (const wrong of [admin.slice(0, -1) + last, admin.slice(0, -1), 'sk-abc', 'x', `${admin}\u00e9`]) {
      expect(code(await ask(wrong, 'GET', '/v1/tools'))).toEqual([401, 'key_invalid']);
    }
    for (const authorization of ['Basic cm9vdDp4', 'Bearer', '', admin]) {
      const response = await app.request('/v1/tools', { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });

  it('cannot be left without an administrator', async () => {
    expect(code(await ask(null, 'POST', '/v1/keys', { name: 'a', scopes: ['call'] }))).toEqual([
      409,
      'key_admin_needed',
    ]);
    const soon = { name: 'a', scopes: ['admin'], expires_at: '2999-01-01' };
    expect(code(await ask(null, 'POST', '/v1/keys', soon))).toEqual([409, 'key_admin_needed']);
    const admin = await root();
    await make(admin, { name: 'caller', scopes: ['call'] });
    expect(code(await ask(admin, 'DELETE', '/v1/keys/root'))).toEqual([409, 'key_admin_needed']);
    expect((await ask(admin, 'DELETE', '/v1/keys/caller')).status).toBe(204);
    expect((await ask(admin, 'DELETE', '/v1/keys/root')).status).toBe(204);
    expect((await ask(null, 'GET', '/v1/tools')).status).toBe(200);
  });

  it('keep their names for ever, since names stand in the records', async () => {
    const admin = await root();
    await make(admin, { name: 'ann', scopes: ['call'] });
    expect(code(await ask(admin, 'POST', '/v1/keys', { name: 'ann', scopes: ['call'] }))).toEqual([
      409,
      'key_exists',
    ]);
    await ask(admin, 'DELETE', '/v1/keys/ann');
    expect(code(await ask(admin, 'POST', '/v1/keys', { name: 'ann', scopes: ['call'] }))).toEqual([
      409,
      'key_exists',
    ]);
    expect(code(await ask(admin, 'GET', '/v1/keys/ann'))).toEqual([404, 'key_not_found']);
  });

  it.each([
    ['no scope', { name: 'a', scopes: [] }, 'scopes'],
    ['an unknown scope', { name: 'a', scopes: ['root'] }, 'scopes.0'],
    ['a name with control characters', { name: 'a\u001b', scopes: ['call'] }, 'name'],
    ['a rate of none', { name: 'a', scopes: ['call'], requests_per_minute: 0 }, 'requests_per_minute'],
    ['an end that lies behind', { name: 'a', scopes: ['call'], expires_at: '2020-01-01' }, 'expires_at'],
    ['an end that is none', { name: 'a', scopes: ['call'], expires_at: 'never' }, 'expires_at'],
    ['a misspelled limit', { name: 'a', scopes: ['call'], rpm: 5 }, 'rpm'],
  ])('with %s are refused', async (_, key, param) => {
    const { status, body } = await ask(null, 'POST', '/v1/keys', key);
    expect([status, body.error]).toEqual([400, expect.objectContaining({ code: 'invalid_request', param })]);
  });

  it('outlive a restart', async () => {
    const admin = await root();
    await ask(admin, 'POST', '/v1/keys/root/rotate', { grace_seconds: 60 });
    const again = await createKeys(test.store);
    expect(again.required).toBe(true);
    expect(again.authenticate(admin)).toMatchObject({ name: 'root', scopes: ['admin'] });
  });
});

describe('rotation', () => {
  it('has both secrets valid for the grace, then the new one alone', async () => {
    let now = new Date('2026-11-24T12:00:00Z');
    const keys = await createKeys(test.store, () => now);
    const first = (await keys.add({ name: 'root', scopes: ['admin'] }, 'me')).secret;
    const second = (await keys.rotate('root', 3600, 'me')).secret;
    expect([keys.authenticate(first).name, keys.authenticate(second).name]).toEqual(['root', 'root']);
    now = new Date('2026-11-24T13:00:00Z');
    expect(() => keys.authenticate(first)).toThrow(expect.objectContaining({ code: 'key_expired' }));
    expect(keys.authenticate(second).name).toBe('root');
  });

  it('leaves two secrets at most: one that leaked twice ago is out at once', async () => {
    const keys = await createKeys(test.store);
    const first = (await keys.add({ name: 'root', scopes: ['admin'] }, 'me')).secret;
    await keys.rotate('root', 3600, 'me');
    await keys.rotate('root', 3600, 'me');
    expect(() => keys.authenticate(first)).toThrow(expect.objectContaining({ code: 'key_invalid' }));
    expect(keys.get('root').secrets).toHaveLength(2);
    expect(await test.store.keys.secrets()).toHaveLength(2);
  });

  it('without grace ends the old secret at once', async () => {
    const admin = await root();
    const { body } = await ask(admin, 'POST', '/v1/keys/root/rotate', { grace_seconds: 0 });
    expect(code(await ask(admin, 'GET', '/v1/tools'))).toEqual([401, 'key_expired']);
    expect((await ask(String(body.secret), 'GET', '/v1/tools')).status).toBe(200);
  });

  it('a key expires when it says', async () => {
    let now = new Date('2026-11-24T12:00:00Z');
    const keys = await createKeys(test.store, () => now);
    await keys.add({ name: 'root', scopes: ['admin'] }, 'me');
    const expires_at = '2026-11-24T12:00:01.000Z';
    const { secret } = await keys.add({ name: 'brief', scopes: ['call'], expires_at }, 'me');
    expect(keys.authenticate(secret).name).toBe('brief');
    now = new Date(expires_at);
    expect(() => keys.authenticate(secret)).toThrow(expect.objectContaining({ code: 'key_expired' }));
    expect(keys.required).toBe(true);
  });
});

describe('scopes', () => {
  it('open what they name and nothing else, whatever the path is written like', async () => {
    const admin = await root();
    const caller = await make(admin, { name: 'caller', scopes: ['call'] });
    const registrar = await make(admin, { name: 'registrar', scopes: ['register'] });
    const reviewer = await make(admin, { name: 'reviewer', scopes: ['review'] });
    const denied: readonly (readonly [string, string, string])[] = [
      [caller, 'POST', '/v1/tools'],
      [caller, 'DELETE', '/v1/tools/x'],
      [caller, 'GET', '/v1/reviews'],
      [caller, 'POST', '/v1/adapters'],
      [caller, 'GET', '/v1/keys'],
      [caller, 'HEAD', '/v1/keys'],
      [caller, 'GET', '/v1/%6beys'],
      [caller, 'GET', '/v1/audit'],
      [caller, 'GET', '/v1/anything'],
      [registrar, 'POST', '/v1/calls'],
      [registrar, 'GET', '/v1/calls'],
      [reviewer, 'POST', '/v1/calls'],
      [reviewer, 'POST', '/v1/keys'],
    ];
    for (const [secret, method, path] of denied) {
      const response = await app.request(path, { method, headers: { authorization: `Bearer ${secret}` } });
      expect([method, path, response.status]).toEqual([method, path, 403]);
    }
    expect((await ask(registrar, 'POST', '/v1/tools', TOOL)).status).toBe(201);
    expect((await ask(caller, 'POST', '/v1/calls', { input: 'hi', dry_run: true })).status).toBe(200);
    expect((await ask(reviewer, 'GET', '/v1/reviews')).status).toBe(200);
  });

  it('cover every route of the app: a new one asks for admin until it is in the table', () => {
    const open = app.routes
      .filter(({ method }) => method !== 'ALL')
      .filter(({ method, path }) => needOf(method, path) === 'public')
      .map(({ method, path }) => `${method} ${path}`);
    expect(open.sort()).toEqual(['GET /', 'GET /healthz', 'GET /openapi.json', 'GET /readyz']);
    expect(needOf('GET', '/v1/keysish')).toEqual(['admin']);
  });

  it('show the front page of the house to strangers, and nothing of what is in it', async () => {
    const admin = await root();
    await ask(admin, 'POST', '/v1/tools', TOOL);
    expect(await (await app.request('/')).text()).not.toContain('greet');
    const known = await app.request('/', { headers: { authorization: `Bearer ${admin}` } });
    expect(await known.text()).toContain('greet');
  });
});

describe('the tools of a key', () => {
  it('are all that it can call, see, change and review', async () => {
    const admin = await root();
    for (const name of ['greet', 'pay']) await ask(admin, 'POST', '/v1/tools', { ...TOOL, name });
    const only = { scopes: ['call', 'register', 'review'], tools: ['greet'] };
    const greeter = await make(admin, { name: 'greeter', ...only });

    const listed = await ask(greeter, 'GET', '/v1/tools');
    expect((listed.body.data as { name: string }[]).map(({ name }) => name)).toEqual(['greet']);
    for (const [method, path, body] of [
      ['GET', '/v1/tools/pay'],
      ['GET', '/v1/tools/pay/types'],
      ['PUT', '/v1/tools/pay', { ...TOOL, name: 'pay', description: 'x' }],
      ['DELETE', '/v1/tools/pay'],
      ['POST', '/v1/tools', { ...TOOL, name: 'steal' }],
      ['POST', '/v1/calls', { input: 'hi', tool: 'pay' }],
      ['POST', '/v1/calls', { input: 'hi', tools: ['greet', 'pay'] }],
    ] as const) {
      expect([path, ...code(await ask(greeter, method, path, body))]).toEqual([
        path,
        403,
        'tool_not_allowed',
      ]);
    }
    const own = await ask(greeter, 'POST', '/v1/calls', { input: 'hi' });
    expect(own.body).toMatchObject({ status: 'validated', tool: 'greet' });
    const theirs = await ask(admin, 'POST', '/v1/calls', { input: 'hi', tool: 'pay' });
    expect(code(await ask(greeter, 'GET', `/v1/calls/${theirs.body.id}`))).toEqual([404, 'call_not_found']);
    expect((await ask(greeter, 'GET', '/v1/calls')).body.data).toMatchObject([{ id: own.body.id }]);
  });

  it('a caller sees its own calls only, and idempotency keys are its own', async () => {
    const admin = await root();
    await ask(admin, 'POST', '/v1/tools', TOOL);
    const ann = await make(admin, { name: 'ann', scopes: ['call'] });
    const bob = await make(admin, { name: 'bob', scopes: ['call'] });
    const post = async (secret: string, input: string) => {
      const response = await app.request('/v1/calls', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${secret}`,
          'idempotency-key': 'k1',
        },
        body: JSON.stringify({ input }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const first = await post(ann, 'hello');
    expect((await post(ann, 'hello')).body.id).toBe(first.body.id);
    expect((await post(ann, 'other')).status).toBe(422);
    const other = await post(bob, 'other');
    expect(other.status).toBe(200);
    expect((await ask(ann, 'GET', '/v1/calls')).body.data).toMatchObject([
      { id: first.body.id, actor: 'ann' },
    ]);
    expect(code(await ask(ann, 'GET', `/v1/calls/${other.body.id}`))).toEqual([404, 'call_not_found']);
    expect((await ask(admin, 'GET', '/v1/calls')).body.data).toHaveLength(2);
  });
});

describe('limits', () => {
  it('requests a minute: refused with the time to wait, in headers that OpenAI clients know', async () => {
    const admin = await root();
    const slow = await make(admin, { name: 'slow', scopes: ['call'], requests_per_minute: 2 });
    const first = await ask(slow, 'GET', '/v1/models');
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    await ask(slow, 'GET', '/v1/models');
    const refused = await ask(slow, 'GET', '/v1/models');
    expect(code(refused)).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(20);
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect((await ask(admin, 'GET', '/v1/models')).status).toBe(200);
  });

  it('tokens a day: counted durably, refused until midnight', async () => {
    const admin = await root();
    await ask(admin, 'POST', '/v1/tools', TOOL);
    const poor = await make(admin, { name: 'poor', scopes: ['call'], tokens_per_day: 20 });
    const call = () => ask(poor, 'POST', '/v1/calls', { input: 'hi', tool: 'greet', dry_run: true });
    expect((await call()).headers.get('x-ratelimit-remaining-tokens')).toBe('0');
    const refused = await call();
    expect(code(refused)).toEqual([429, 'token_budget_spent']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await createKeys(test.store)).spentToday('poor')).toBe(30);
  });

  it('requests at once: a slot is given back however the request ends', async () => {
    const admin = await root();
    const one = await make(admin, { name: 'one', scopes: ['call'], concurrency: 1 });
    const [a, b] = await Promise.all([ask(one, 'GET', '/v1/models'), ask(one, 'GET', '/v1/models')]);
    expect([a.status, b.status].sort()).toEqual([200, 429]);
    expect(code(await ask(one, 'GET', '/v1/tools/none'))).toEqual([404, 'tool_not_found']);
    expect((await ask(one, 'GET', '/v1/models')).status).toBe(200);
  });
});

describe('the audit log', () => {
  it('says who changed and decided what, newest first', async () => {
    const admin = await root();
    await ask(admin, 'POST', '/v1/tools', { ...TOOL, policy: { destructive: true } });
    const caller = await make(admin, { name: 'caller', scopes: ['call'] });
    const reviewer = await make(admin, { name: 'eva', scopes: ['review'] });
    const made = await ask(caller, 'POST', '/v1/calls', { input: 'hi', tool: 'greet' });
    const { id } = made.body.review as { id: string };
    const decision = { decision: 'approve', note: 'fine', actor: 'somebody else' };
    expect((await ask(reviewer, 'POST', `/v1/reviews/${id}`, decision)).body.decided).toMatchObject({
      by: 'eva',
    });
    await ask(admin, 'DELETE', '/v1/keys/caller');

    const { body } = await ask(admin, 'GET', '/v1/audit');
    const entries = body.data as { actor: string; action: string; target: string; at: string }[];
    expect(entries.map(({ actor, action, target }) => [actor, action, target])).toEqual([
      ['root', 'key.remove', 'caller'],
      ['eva', 'review.approve', id],
      ['root', 'key.add', 'eva'],
      ['root', 'key.add', 'caller'],
      ['root', 'tool.register', 'greet'],
      ['anonymous', 'key.add', 'root'],
    ]);
    expect(Date.parse(entries[0]!.at)).toBeGreaterThan(Date.now() - 60_000);
    const narrowed = await ask(admin, 'GET', '/v1/audit?actor=eva&limit=1');
    expect(narrowed.body).toMatchObject({ data: [{ action: 'review.approve', data: { note: 'fine' } }] });
  });
});
