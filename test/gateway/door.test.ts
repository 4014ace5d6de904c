import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createClosers } from '../../src/gateway/closers.ts';
import { openDoor } from '../../src/gateway/door.ts';

const anywhere = { host: '127.0.0.1', port: 0 };

describe('openDoor', () => {
  it('answers with a coded 503 until the app stands behind it', async () => {
    const door = await openDoor(anywhere);
    const early = await fetch(door.url);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await early.json()).toMatchObject({ error: { code: 'engine_unavailable' } });
    door.open({ fetch: () => new Response('hello') });
    expect(await (await fetch(door.url)).text()).toBe('hello');
    await door.close();
  });

  it('is alive while it starts', async () => {
    const door = await openDoor(anywhere);
    const early = await fetch(`${door.url}/healthz`);
    expect([early.status, await early.json()]).toEqual([200, { status: 'starting' }]);
    expect(early.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    await door.close();
  });

  it('lets a running request end, and takes no new one', async () => {
    const door = await openDoor(anywhere);
    let release = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      door.open({
        fetch: async () => {
          resolve();
          await new Promise<void>((done) => (release = done));
          return new Response('late');
        },
      });
    });
    const running = fetch(door.url);
    await arrived;
    const closed = door.close();
    await expect(fetch(door.url)).rejects.toThrow();
    release();
    expect(await (await running).text()).toBe('late');
    await closed;
  });

  it('waits for no request longer than its grace', async () => {
    const door = await openDoor(anywhere);
    door.open({ fetch: () => new Promise<Response>(() => {}) });
    const running = fetch(door.url).catch((error: Error) => error.message);
    await sleep(50);
    await door.close(100);
    expect(await running).toBe('fetch failed');
  });

  it('says that a port is taken, and that an address is not ours', async () => {
    const door = await openDoor(anywhere);
    await expect(openDoor({ ...anywhere, port: door.port })).rejects.toMatchObject({ code: 'port_in_use' });
    await expect(openDoor({ host: '203.0.113.7', port: 0 })).rejects.toMatchObject({
      code: 'address_unavailable',
    });
    await door.close();
  });
});

describe('what is no request', () => {
  it.each([
    ['broken HTTP', '\u0000\u0001\r\n\r\n', 400, 'invalid_http'],
    ['a method that there is not', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'invalid_http'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['no host', 'GET / HTTP/1.0\r\n\r\n', 400, 'invalid_http'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'invalid_http',
    ],
  ])('%s is answered with a code', async (_, bytes, status, code) => {
    const door = await openDoor(anywhere);
    const socket = connect(door.port, '127.0.0.1').end(bytes);
    const answer = await text(socket);
    await door.close();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { code } });
  });
});

describe('createClosers', () => {
  it('closes the last opened first, all of them, and then throws what failed', async () => {
    const closed: string[] = [];
    const part = (name: string, failure?: Error) => ({
      close: async () => {
        closed.push(name);
        if (failure) throw failure;
      },
    });
    const closers = createClosers();
    closers.add(part('store'));
    closers.add(part('engine', new Error('stuck')));
    closers.add(part('door'));
    await expect(closers.close()).rejects.toThrow('stuck');
    expect(closed).toEqual(['door', 'engine', 'store']);
    await closers.close();
    expect(closed).toHaveLength(3);
  });
});
