import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRecord, CallResult } from '../../src/calls/index.ts';
import { openDoor, openGateway, silentLog } from '../../src/gateway/node.ts';
import { createTestClient } from '../support/http.ts';
import { launchGateway, tenon } from '../support/launch.ts';

const MODEL = fileURLToPath(new URL('../../models/tenon-base', import.meta.url));
const ADAPTERS = fileURLToPath(new URL('../../adapters', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenon-e2e-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const call = { input: 'lights on in the kitchen', tool: 'set_light' };

describe('a gateway', () => {
  it('that is killed keeps what it was asked, and takes it up again', async () => {
    const first = await launchGateway(['--data', folder]);
    const made = await createTestClient(first.url).post<CallResult>('/v1/calls', call);
    await first.kill();

    const second = await launchGateway(['--data', folder]);
    const http = createTestClient(second.url);
    const record = (await http.get<CallRecord>(`/v1/calls/${made.body.id}`)).body;
    expect(record).toMatchObject({ status: 'forwarded', arguments: made.body.arguments });
    expect((await http.get<{ data: unknown[] }>('/v1/tools')).body.data).toHaveLength(8);
    expect((await http.post<CallResult>('/v1/calls', call)).body.status).toBe('forwarded');
    expect(await second.stop()).toBe(0);
  });

  it('that is asked to stop finishes the calls that run', async () => {
    const gateway = await launchGateway(['--data', folder]);
    const http = createTestClient(gateway.url);
    const running = http.post<CallResult>('/v1/calls', call);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await gateway.stop()).toBe(0);
    expect((await running).body.status).toBe('forwarded');
  });

  it('says which port is taken, and leaves with exit code 1', async () => {
    const first = await launchGateway(['--data', join(folder, 'a')]);
    const port = new URL(first.url).port;
    const second = await tenon(['serve', '--port', port, '--data', join(folder, 'b')]);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken .*--port\\. \\(port_in_use\\)`),
    );
    const demoPort = new URL(first.demoUrl).port;
    const third = await tenon([
      'serve',
      '--demo',
      '--port',
      '0',
      '--demo-port',
      demoPort,
      '--data',
      join(folder, 'c'),
    ]);
    expect([third.code, third.stderr]).toEqual([1, expect.stringContaining('--demo-port')]);
    await first.stop();
  });

  it('refuses a data folder that another one works in', async () => {
    const first = await launchGateway(['--data', folder]);
    const second = await tenon(['serve', '--port', '0', '--data', folder]);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('store_in_use')]);
    await first.stop();
  });

  it('refuses a model that is cut short, or is not there, before it listens', async () => {
    const broken = join(folder, 'model');
    await cp(MODEL, broken, { recursive: true });
    await truncate(join(broken, 'model.safetensors'), 1_000_000);
    const args = ['serve', '--port', '0', '--data', join(folder, 'data')];
    const short = await tenon([...args, '--model', broken]);
    expect([short.code, short.stderr]).toEqual([
      1,
      expect.stringMatching(/model\.safetensors.*\(model_invalid\)/),
    ]);
    const missing = await tenon([...args, '--model', join(folder, 'none')]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('model_not_found')]);
  });
});

describe('openGateway', () => {
  const options = () => ({
    host: '127.0.0.1',
    port: 0,
    data: folder,
    model: MODEL,
    adapters: ADAPTERS,
    grammars: [],
    allowedOrigins: [],
    timeZone: 'UTC',
    maxBodyBytes: 100_000,
    version: '0.0.0',
    log: silentLog,
  });

  it('serves in this process, and closes so that the next one can open', async () => {
    for (let i = 0; i < 2; i++) {
      const gateway = await openGateway(options());
      expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
      await gateway.close();
      await expect(fetch(`${gateway.url}/readyz`)).rejects.toThrow('fetch failed');
    }
  });

  it('lets nobody in before it is prepared', async () => {
    const door = await openDoor(options());
    let early: number | undefined;
    const gateway = await openGateway({
      ...options(),
      door,
      beforeOpen: async () => {
        early = (await fetch(`${door.url}/readyz`)).status;
      },
    });
    expect(early).toBe(503);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    await gateway.close();
  });
});
