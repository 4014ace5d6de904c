import { describe, expect, it, onTestFinished } from 'vitest';
import {
  checkUpstream,
  createUpstreamClient,
  type Resolve,
  type UpstreamClientOptions,
} from '../../src/upstream/index.ts';
import { httpUpstream } from './servers.ts';
import { spec } from './spec.ts';

const KEY = { idempotencyKey: 'call_1' };

function send(url: string, options: Partial<UpstreamClientOptions> = {}): Promise<unknown> {
  const client = createUpstreamClient({ env: {}, version: '0', connectTimeoutMs: 500, ...options });
  onTestFinished(() => client.close());
  return client.send(checkUpstream(spec({ url, timeout_ms: 1_000 }), {}), {}, KEY);
}

const addresses =
  (...list: string[]): Resolve =>
  async () =>
    list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('a private address', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[0:0:0:0:0:0:0:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fec0::1]',
    '[ff02::1]',
    '[100::1]',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '100.64.0.1',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '0xa9fea9fe',
    '2852039166',
  ])('%s is refused', async (host) => {
    await expect(send(`http://${host}/`)).rejects.toMatchObject({ code: 'upstream_refused' });
  });

  it('is refused behind the name localhost', async () => {
    const up = await httpUpstream((_, response) => response.end());
    for (const host of ['localhost', 'LOCALHOST']) {
      await expect(send(`http://${host}:${up.port}/`)).rejects.toMatchObject({ code: 'upstream_refused' });
    }
    expect(up.received).toHaveLength(0);
  });

  it.each([
    ['a private address', addresses('10.0.0.1')],
    ['the metadata address', addresses('169.254.169.254')],
    ['loopback', addresses('127.0.0.1')],
    ['mapped loopback', addresses('::ffff:127.0.0.1')],
    ['a public and a private address', addresses('93.184.215.14', '127.0.0.1')],
    ['a private and a public address', addresses('::1', '93.184.215.14')],
    ['what is no address', addresses('not-an-address')],
    ['nothing', addresses()],
  ])('is refused behind a name that resolves to %s', async (_, resolve) => {
    const up = await httpUpstream((_, response) => response.end());
    await expect(send(`http://innocent.example:${up.port}/`, { resolve })).rejects.toMatchObject({
      code: 'upstream_refused',
    });
    await expect(send(`https://innocent.example:${up.port}/`, { resolve })).rejects.toMatchObject({
      code: 'upstream_refused',
    });
    expect(up.received).toHaveLength(0);
  });

  it('is refused at the connection, where a name turns from public to private', async () => {
    const up = await httpUpstream((_, response) => response.end());
    let asked = 0;
    const resolve: Resolve = async () => [
      { address: asked++ === 0 ? '203.0.112.1' : '127.0.0.1', family: 4 },
    ];
    await expect(send(`http://rebind.example:${up.port}/`, { resolve })).rejects.toMatchObject({
      code: expect.stringMatching(/upstream_(unreachable|timeout)/),
    });
    await expect(
      send(`http://rebind.example:${up.port}/`, { resolve: async () => resolve('x') }),
    ).rejects.toMatchObject({ code: 'upstream_refused' });
    expect(up.received).toHaveLength(0);
  });
});

describe('an allowed origin', () => {
  it('is allowed exactly: not its other ports, schemes and names', async () => {
    const up = await httpUpstream((_, response) => response.end('yes'));
    const other = await httpUpstream((_, response) => response.end('no'));
    const allowedOrigins = [up.origin];
    expect(await send(up.origin, { allowedOrigins })).toMatchObject({ body: 'yes' });
    // The same origin, written differently.
    expect(await send(`http://2130706433:${up.port}/`, { allowedOrigins })).toMatchObject({ body: 'yes' });
    for (const url of [
      other.origin,
      `https://127.0.0.1:${up.port}/`,
      `http://localhost:${up.port}/`,
      `http://127.0.0.2:${up.port}/`,
    ]) {
      await expect(send(url, { allowedOrigins })).rejects.toMatchObject({ code: 'upstream_refused' });
    }
    expect(other.received).toHaveLength(0);
  });

  it('may be a name', async () => {
    const up = await httpUpstream((_, response) => response.end('yes'));
    const allowedOrigins = [`http://intranet.example:${up.port}`];
    expect(
      await send(`http://intranet.example:${up.port}/`, { allowedOrigins, resolve: addresses('127.0.0.1') }),
    ).toMatchObject({ body: 'yes' });
  });
});
