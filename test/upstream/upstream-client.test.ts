import { describe, expect, it, onTestFinished } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import {
  createUpstreamClient,
  type UpstreamClient,
  type UpstreamClientOptions,
} from '../../src/upstream/index.ts';
import { httpUpstream, rawUpstream } from './servers.ts';
import { spec } from './spec.ts';

const KEY = { idempotencyKey: 'call_1' };

function client(options: Partial<UpstreamClientOptions> = {}): UpstreamClient {
  const made = createUpstreamClient({ env: {}, version: '1.2.3', ...options });
  onTestFinished(() => made.close());
  return made;
}

async function failure(sent: Promise<unknown>): Promise<TenonError> {
  const error = await sent.then(
    (answer) => expect.unreachable(`answered ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TenonError);
  return error as TenonError;
}

describe('a request', () => {
  it('goes out once, as registered', async () => {
    const up = await httpUpstream((_, response) =>
      response.setHeader('content-type', 'application/json').end('{"ok": true}'),
    );
    const sent = client({ allowedOrigins: [up.origin] }).send(
      spec({ url: `${up.origin}/v1/{id}`, headers: { 'X-Tenant': 'acme' }, idempotency: 'header' }),
      { id: 'a/b', n: 3 },
      KEY,
    );
    const answer = await sent;
    expect(answer).toEqual({ status: 200, body: { ok: true }, duration_ms: expect.any(Number) });
    expect(up.received).toHaveLength(1);
    expect(up.received[0]).toMatchObject({
      method: 'POST',
      url: '/v1/a%2Fb',
      body: '{"n":3}',
      headers: {
        'user-agent': 'tenon/1.2.3',
        'x-tenant': 'acme',
        'idempotency-key': 'call_1',
        'content-type': 'application/json',
        'accept-encoding': 'identity',
      },
    });
  });

  it('carries no idempotency key where the upstream did not ask for one', async () => {
    const up = await httpUpstream((_, response) => response.end());
    const answer = await client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin }), {}, KEY);
    expect(answer.body).toBe(null);
    expect(up.received[0]?.headers['idempotency-key']).toBeUndefined();
  });

  it.each([400, 404, 409, 422, 429, 500, 503])('answered %d is an answer', async (status) => {
    const up = await httpUpstream((_, response) =>
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end('{"title": "no"}'),
    );
    const answer = await client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin }), {}, KEY);
    expect(answer).toMatchObject({ status, body: { title: 'no' } });
    expect(up.received).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const target = await httpUpstream((_, response) => response.end('moved'));
    const up = await httpUpstream((_, response) =>
      response.writeHead(307, { location: `${target.origin}/` }).end(),
    );
    const answer = await client({ allowedOrigins: [up.origin, target.origin] }).send(
      spec({ url: up.origin }),
      {},
      KEY,
    );
    expect(answer.status).toBe(307);
    expect(target.received).toHaveLength(0);
  });

  it.each([
    ['text/html', '<p>hello', '<p>hello'],
    ['application/json', '{"cut": ', '{"cut": '],
    ['application/json; charset=utf-8', '[1]', [1]],
    ['application/jsonp', '[1]', '[1]'],
    ['application/json', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, expect.stringContaining('[[[')],
    ['application/json', '{"__proto__": {"a": 1}}', JSON.parse('{"__proto__": {"a": 1}}')],
  ])('answered as %s %s is read for what it is', async (type, text, body) => {
    const up = await httpUpstream((_, response) => response.setHeader('content-type', type).end(text));
    expect(
      (await client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin }), {}, KEY)).body,
    ).toEqual(body);
  });
});

describe('an upstream that', () => {
  it('hangs', async () => {
    const up = await httpUpstream(() => {});
    const error = await failure(
      client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin, timeout_ms: 100 }), {}, KEY),
    );
    expect(error).toMatchObject({ code: 'upstream_timeout', values: { limit: 100 } });
  });

  it('drips', async () => {
    const up = await httpUpstream((_, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failure(
      client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin, timeout_ms: 200 }), {}, KEY),
    );
    expect(error.code).toBe('upstream_timeout');
  });

  it('sends without an end', async () => {
    const up = await httpUpstream((_, response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const pump = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', pump);
      pump();
    });
    const error = await failure(
      client({ allowedOrigins: [up.origin], maxAnswerBytes: 100_000 }).send(
        spec({ url: up.origin }),
        {},
        KEY,
      ),
    );
    expect(error).toMatchObject({ code: 'upstream_invalid_answer' });
    expect(error.message).toContain('larger than 100000 bytes');
  });

  it('compresses unasked', async () => {
    const up = await httpUpstream((_, response) => response.setHeader('content-encoding', 'gzip').end('x'));
    expect(
      await failure(client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin }), {}, KEY)),
    ).toMatchObject({ code: 'upstream_invalid_answer' });
  });

  it('is not there', async () => {
    const up = await httpUpstream(() => {});
    const origin = 'http://127.0.0.1:1';
    const error = await failure(
      client({ allowedOrigins: [up.origin, origin] }).send(spec({ url: origin }), {}, KEY),
    );
    expect(error).toMatchObject({ code: 'upstream_unreachable', values: { reason: 'ECONNREFUSED' } });
  });

  it('is not reached in time: nothing was sent', async () => {
    const resolve = () => new Promise<never>(() => {});
    const error = await failure(
      client({ resolve }).send(spec({ url: 'http://slow.example/', timeout_ms: 100 }), {}, KEY),
    );
    expect(error).toMatchObject({ code: 'upstream_unreachable', values: { reason: 'not within 100 ms' } });
  });

  it('does not speak TLS where it should: nothing was sent', async () => {
    const up = await httpUpstream((_, response) => response.end());
    const origin = up.origin.replace('http:', 'https:');
    const error = await failure(client({ allowedOrigins: [origin] }).send(spec({ url: origin }), {}, KEY));
    expect(error.code).toBe('upstream_unreachable');
    expect(up.received).toHaveLength(0);
  });

  it('has no address', async () => {
    const error = await failure(
      client({
        resolve: () => Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' })),
      }).send(spec({ url: 'http://nowhere.example/' }), {}, KEY),
    );
    expect(error).toMatchObject({ code: 'upstream_unreachable', values: { reason: 'ENOTFOUND' } });
  });

  it.each([
    ['speaks something else', '220 mail.example ESMTP\r\n'],
    ['sends half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['closes without a word', ''],
    ['sends a huge header', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`],
    [
      'frames its answer twice',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s', async (_, text) => {
    const up = await rawUpstream((socket) => socket.end(text));
    const error = await failure(
      client({ allowedOrigins: [up.origin] }).send(spec({ url: up.origin, timeout_ms: 3_000 }), {}, KEY),
    );
    expect(error.code).toBe('upstream_invalid_answer');
  });

  it('is called again after every failure', async () => {
    let failing = true;
    const up = await httpUpstream((request, response) =>
      failing ? request.socket.destroy() : response.end('fine'),
    );
    const one = client({ allowedOrigins: [up.origin] });
    expect((await failure(one.send(spec({ url: up.origin }), {}, KEY))).code).toBe('upstream_invalid_answer');
    expect(up.received).toHaveLength(1);
    failing = false;
    expect((await one.send(spec({ url: up.origin }), {}, KEY)).body).toBe('fine');
    expect(up.received).toHaveLength(2);
  });
});

describe('a caller that leaves', () => {
  it('ends the request with its own reason', async () => {
    const up = await httpUpstream(() => {});
    const leave = new AbortController();
    const sent = client({ allowedOrigins: [up.origin] }).send(
      spec({ url: up.origin }),
      {},
      { ...KEY, signal: leave.signal },
    );
    setTimeout(() => leave.abort(new Error('the client left')), 50);
    await expect(sent).rejects.toThrow('the client left');
  });

  it('sends nothing where it left before', async () => {
    const up = await httpUpstream((_, response) => response.end());
    const sent = client({ allowedOrigins: [up.origin] }).send(
      spec({ url: up.origin }),
      {},
      { ...KEY, signal: AbortSignal.abort(new Error('gone')) },
    );
    await expect(sent).rejects.toThrow('gone');
    expect(up.received).toHaveLength(0);
  });
});

describe('secrets', () => {
  const secrets = { Authorization: 'env:API_TOKEN' };

  it('are sent, and taken out of an answer that echoes them', async () => {
    const up = await httpUpstream((request, response) => {
      const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
      const echo = {
        headers: request.headers,
        [token]: `got ${token}!`,
        deep: [
          {
            escaped: JSON.stringify({ token }),
            url: `/x?t=${encodeURIComponent(token)}`,
            b64: Buffer.from(token).toString('base64'),
          },
        ],
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(echo));
    });
    const one = client({ allowedOrigins: [up.origin], env: { API_TOKEN: 'Bearer s3cr3t/"tok' } });
    const answer = await one.send(spec({ url: up.origin, secrets }), {}, KEY);
    expect(up.received[0]?.headers.authorization).toBe('Bearer s3cr3t/"tok');
    expect(JSON.stringify(answer)).not.toMatch(/s3cr3t|tok"|czNjcjN0/);
    expect(answer.body).toMatchObject({ headers: { authorization: '[secret]' } });
  });

  it('are taken out of text too, and the pair inside Basic', async () => {
    const up = await httpUpstream((_, response) => response.end('password hunter22 of admin:hunter22'));
    const basic = `Basic ${Buffer.from('admin:hunter22').toString('base64')}`;
    const answer = await client({ allowedOrigins: [up.origin], env: { API_TOKEN: basic } }).send(
      spec({ url: up.origin, secrets }),
      {},
      KEY,
    );
    expect(answer.body).toBe('password [secret] of [secret]');
  });

  it.each([
    [{}, 'secret_missing'],
    [{ API_TOKEN: '' }, 'secret_missing'],
    [{ API_TOKEN: 'topsecret\r\nx-evil: 1' }, 'secret_invalid'],
  ])('from %j: nothing is sent, and the error names the variable only', async (env, code) => {
    const up = await httpUpstream((_, response) => response.end());
    const error = await failure(
      client({ allowedOrigins: [up.origin], env }).send(spec({ url: up.origin, secrets }), {}, KEY),
    );
    expect(error.code).toBe(code);
    expect(error.message).toContain('API_TOKEN');
    expect(JSON.stringify([error.message, error.values])).not.toContain('topsecret');
    expect(up.received).toHaveLength(0);
  });

  it('do not stand in an error of the connection', async () => {
    const origin = 'http://127.0.0.1:1';
    const error = await failure(
      client({ allowedOrigins: [origin], env: { API_TOKEN: 'topsecret' } }).send(
        spec({ url: `${origin}/?q=1`, secrets }),
        {},
        KEY,
      ),
    );
    expect(JSON.stringify([error.message, error.values, String(error.cause)])).not.toContain('topsecret');
  });
});
