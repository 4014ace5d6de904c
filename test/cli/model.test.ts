import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HubServer, startHub } from '../model/hub-server.ts';
import { TINY_CONFIGS } from '../model/tiny-configs.ts';
import { temporaryFolder, writeTinyModel } from '../model/tiny-model.ts';
import { spawnTenon, tenon } from '../support/launch.ts';

let data: string;
let folder: string;
let hub: HubServer;
beforeAll(async () => {
  data = temporaryFolder();
  folder = writeTinyModel(TINY_CONFIGS.qwen3);
  hub = await startHub('someone/tiny-qwen', folder);
});
afterAll(async () => {
  await hub.close();
});

/** Bytes of weights that wait to be completed. */
function partOf(incoming: string): number {
  if (!existsSync(incoming)) return 0;
  const parts = readdirSync(incoming, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('model.safetensors.part'),
  );
  return parts.reduce((sum, name) => sum + statSync(join(incoming, name)).size, 0);
}

const run = (...args: string[]) =>
  tenon(['model', ...args], {
    env: { TENON_DATA: data, HF_ENDPOINT: hub.url, HF_TOKEN: '', HF_HUB_OFFLINE: '' },
  });

describe('tenon model', () => {
  it('adds a folder and a model of the hub, lists and shows them', async () => {
    const added = await run('add', folder, '--name', 'mine');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toContain('tenon serve --model mine');
    const fetched = await run('add', 'someone/tiny-qwen', '--json');
    expect(JSON.parse(fetched.stdout)).toMatchObject({ name: 'tiny-qwen', architecture: 'qwen3' });
    const listed = await run('list');
    expect(listed.stdout).toMatch(/^mine +qwen3 +[\d.]+K parameters in F32 +context 256 +\//m);
    expect(listed.stdout).toMatch(/^tiny-qwen .* someone\/tiny-qwen@c0ffee000000$/m);
    const shown = JSON.parse((await run('show', 'tiny-qwen', '--json')).stdout);
    expect(shown).toMatchObject({
      folder: join(data, 'models/tiny-qwen'),
      layers: 2,
      call: expect.any(String),
    });
    expect((await run('show', folder)).stdout).toMatch(/^architecture +qwen3$/m);
  });

  it('goes on where it was killed', async () => {
    hub.faults.stall = { path: 'model.safetensors', after: 50_000 };
    const env = { TENON_DATA: data, HF_ENDPOINT: hub.url };
    const args = ['model', 'add', 'someone/tiny-qwen', '--name', 'killed'];
    const child = spawnTenon(args, { env });
    const incoming = join(data, 'models/.incoming');
    await vi.waitUntil(() => partOf(incoming) > 0, { timeout: 20_000 });
    child.kill('SIGKILL');
    await once(child, 'close');
    delete hub.faults.stall;
    hub.fetched.length = 0;
    expect(await tenon(args, { env })).toMatchObject({ code: 0 });
    expect(hub.fetched).toEqual([expect.stringMatching(/^model\.safetensors from byte \d+$/)]);
  });

  it('says what is wrong, with exit code 1', async () => {
    const env = { TENON_DATA: data, HF_ENDPOINT: 'http://127.0.0.1:1' };
    const cases = [
      [await run('add', folder, '--name', 'mine'), 'model_exists'],
      [await run('add', './nowhere'), 'file_unreadable'],
      [await run('add', data), 'model_invalid'],
      [await run('show', 'nothing'), 'model_not_found'],
      [await tenon(['serve', '--data', data, '--model', 'nothing']), 'model_not_found'],
      [await tenon(['model', 'add', 'a/b'], { env }), 'hub_unreachable'],
      [
        await tenon(['model', 'add', 'a/b'], { env: { ...env, HF_HUB_OFFLINE: '1' } }),
        'HF_HUB_OFFLINE is set',
      ],
    ] as const;
    for (const [{ code, stderr }, expected] of cases) {
      expect([code, stderr]).toEqual([1, expect.stringContaining(expected)]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
