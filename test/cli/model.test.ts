import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubServer, startHub } from '../model/hub-server.ts';
import { TINY_CONFIGS } from '../model/tiny-configs.ts';
import { temporaryFolder, writeTinyModel } from '../model/tiny-model.ts';
import { tenon } from '../support/launch.ts';

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
