import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCircuitBreaker } from '../../src/upstream/circuit-breaker.ts';
import { createUpstreamClient } from '../../src/upstream/index.ts';
import { startUpstream, type TestUpstream } from '../support/upstreams.ts';

const A = 'http://a.example';

describe('createCircuitBreaker', () => {
  function setUp() {
    const clock = { now: 0 };
    const breaker = createCircuitBreaker({ failures: 3, pauseMs: 1_000, now: () => clock.now });
    const fail = (times: number, origin = A) => {
      for (let i = 0; i < times; i++) breaker.enter(origin)('failed');
    };
    return { clock, breaker, fail };
  }
  const suspended = (seconds: number) =>
    expect.objectContaining({ code: 'upstream_suspended', values: expect.objectContaining({ seconds }) });

  it('leaves an origin alone after failures in a row, and no other', () => {
    const { breaker, fail } = setUp();
    fail(2);
    breaker.enter(A)('alive');
    fail(3);
    expect(() => breaker.enter(A)).toThrow(suspended(1));
    breaker.enter('http://b.example')('alive');
  });

  it('lets one through after the pause: if it fails the pause doubles, if not all is well', () => {
    const { clock, breaker, fail } = setUp();
    fail(3);
    clock.now = 1_000;
    const probe = breaker.enter(A);
    expect(() => breaker.enter(A)).toThrow(suspended(1));
    probe('failed');
    expect(() => breaker.enter(A)).toThrow(suspended(2));
    clock.now = 3_000;
    breaker.enter(A)('alive');
    fail(2);
    breaker.enter(A)('alive');
  });

  it('a probe whose client left is no verdict: the next one probes', () => {
    const { clock, breaker, fail } = setUp();
    fail(3);
    clock.now = 1_000;
    breaker.enter(A)('unknown');
    breaker.enter(A)('alive');
  });

  it('never pauses longer than a minute', () => {
    const { clock, breaker, fail } = setUp();
    fail(3);
    for (let i = 0; i < 20; i++) {
      clock.now += 60_000;
      breaker.enter(A)('failed');
    }
    expect(() => breaker.enter(A)).toThrow(suspended(60));
  });
});

describe('an upstream that fails', () => {
  let upstream: TestUpstream;
  let status = 500;
  beforeAll(async () => {
    upstream = await startUpstream((_, response) => response.writeHead(status, { 'retry-after': '7' }).end());
  });
  afterAll(() => upstream.close());

  it('gets no more requests after five in a row; refusals of its own are no failures', async () => {
    const client = createUpstreamClient({ env: {}, version: '0', allowedOrigins: [upstream.url] });
    const send = () => client.send({ method: 'GET', url: `${upstream.url}/` }, {}, { idempotencyKey: 'k' });
    status = 404;
    for (let i = 0; i < 6; i++) expect(await send()).toMatchObject({ status: 404, retry_after_ms: 7_000 });
    status = 500;
    for (let i = 0; i < 5; i++) expect((await send()).status).toBe(500);
    await expect(send()).rejects.toMatchObject({ code: 'upstream_suspended' });
    expect(upstream.received).toHaveLength(11);
    await client.close();
  });
});
