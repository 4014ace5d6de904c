import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallResult } from '../../src/calls/index.ts';
import type { AdapterRecord, NamedAdapter } from '../../src/gateway/index.ts';
import { createTestClient, type Refusal, type TestClient } from '../support/http.ts';
import { type LaunchedGateway, launchGateway, tenon } from '../support/launch.ts';

const SET_LIGHT = fileURLToPath(new URL('../../adapters/set_light', import.meta.url));
const MANIFEST = fileURLToPath(new URL('../../schemas/set_light.json', import.meta.url));

let data: string;
let gateway: LaunchedGateway;
let http: TestClient;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tenon-e2e-'));
  await open();
});
afterAll(async () => {
  await gateway.stop();
  await rm(data, { recursive: true, force: true });
});

async function open(): Promise<void> {
  gateway = await launchGateway(['--data', join(data, 'gateway')]);
  http = createTestClient(gateway.url);
}

const run = (...args: string[]) => tenon([...args, '--url', gateway.url]);
const adapterOf = async () => (await http.get<AdapterRecord>('/v1/adapters/lamps')).body;
const call = async (input: string) =>
  (await http.post<CallResult>('/v1/calls', { input, tool: 'lamp', dry_run: true })).body;

/** The shipped adapter with another alpha: another content, nearly the same answers. */
async function variant(): Promise<string> {
  const folder = join(data, 'variant');
  await cp(SET_LIGHT, folder, { recursive: true });
  const config = JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8')) as object;
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ ...config, lora_alpha: 15 }));
  return folder;
}

describe('an adapter', () => {
  it('that a tool names must be there', async () => {
    const {
      adapter: _,
      upstream: __,
      ...lamp
    } = JSON.parse(await readFile(MANIFEST, 'utf8')) as Record<string, unknown>;
    const manifest = { ...lamp, name: 'lamp', adapter: 'lamps', policy: { pin_adapter: true } };
    const refused = await http.post<Refusal>('/v1/tools', manifest);
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.objectContaining({ code: 'tool_adapter_unknown', param: '/adapter' }),
    ]);
    const added = await run('adapter', 'add', 'lamps', SET_LIGHT, '--json');
    expect([added.code, JSON.parse(added.stdout)]).toEqual([
      0,
      expect.objectContaining({ name: 'lamps', rank: 8 }),
    ]);
    expect((await http.post('/v1/tools', manifest)).status).toBe(201);
    expect(await adapterOf()).toMatchObject({ tools: ['lamp'], versions: [{ source: 'uploaded' }] });
  });

  it('is replaced under calls that run: each has one version from its beginning to its end', async () => {
    const before = (await adapterOf()).digest;
    const refused = await run('adapter', 'add', 'lamps', await variant());
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('adapter_exists')]);

    const rooms = ['kitchen', 'bedroom', 'office', 'garage', 'garden', 'hallway'];
    const asked = Array.from({ length: 24 }, (_, i) =>
      call(`turn on the light in the ${rooms[i % rooms.length]} to ${i} percent`),
    );
    const replaced = JSON.parse(
      (await run('adapter', 'add', 'lamps', await variant(), '--replace', '--json')).stdout,
    ) as NamedAdapter;
    expect(replaced.digest).not.toBe(before);
    const answers = await Promise.all(asked);
    expect(answers.map(({ status, error }) => error ?? status)).toEqual(answers.map(() => 'validated'));
    for (const { adapter } of answers) expect([before, replaced.digest]).toContain(adapter!.digest);
    expect((await call('lights on in the office')).adapter).toEqual({
      name: 'lamps',
      digest: replaced.digest,
    });
    expect((await adapterOf()).versions.map(({ digest }) => digest)).toEqual([replaced.digest, before]);
  });

  it('whose sender leaves in the middle leaves nothing behind', async () => {
    const form = new FormData();
    form.set('name', 'half');
    form.set('adapter_config.json', new Blob(['{}']), 'adapter_config.json');
    form.set('adapter_model.safetensors', new Blob([new Uint8Array(1_000_000)]), 'adapter_model.safetensors');
    const whole = new Response(form);
    const body = Buffer.from(await whole.clone().arrayBuffer());
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /v1/adapters HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: ${whole.headers.get('content-type')}`;
    socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n`);
    await new Promise((resolve) => socket.write(body.subarray(0, body.length / 2), resolve));
    const incoming = () => readdir(join(data, 'gateway', 'adapters', '.incoming')).catch(() => []);
    await expect.poll(incoming).toHaveLength(1);
    socket.destroy();
    await expect.poll(incoming).toEqual([]);
    expect((await http.get('/readyz')).status).toBe(200);
  });

  it('is there after a restart', async () => {
    const before = await adapterOf();
    await gateway.kill();
    await open();
    expect(await adapterOf()).toEqual(before);
    expect((await call('lights on in the office')).adapter?.digest).toBe(before.digest);
  });

  it('is shown, and removed once no tool names it', async () => {
    const shown = await run('adapter', 'show', 'lamps');
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringMatching(/rank +8, alpha 15[\s\S]*tools +lamp\n[\s\S]*current/),
    ]);
    const refused = await run('adapter', 'remove', 'lamps', '--json');
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([1, 'adapter_in_use']);
    await http.delete('/v1/tools/lamp');
    expect(await run('adapter', 'remove', 'lamps')).toMatchObject({ code: 0, stdout: 'removed lamps\n' });
    const gone = await run('adapter', 'show', 'lamps');
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('adapter_unknown')]);
    expect((await http.get<Refusal>('/v1/adapters/lamps')).status).toBe(404);
  });
});
