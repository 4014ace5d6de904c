import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tenon } from '../support/launch.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenon-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const key = async (...args: string[]) => {
  const { code, stdout } = await tenon(['key', ...args, '--data', join(folder, 'data'), '--json']);
  return { code, data: JSON.parse(stdout) };
};

describe('tenon key on the folder of a stopped gateway', () => {
  it('makes the first key, lists, rotates and removes', async () => {
    const made = await key('add', 'root', '--scopes', 'admin');
    expect([made.code, made.data]).toEqual([0, expect.objectContaining({ name: 'root', scopes: ['admin'] })]);
    const limited = await key('add', 'shop', '--scopes', 'call', '--tools', 'a,b', '--rpm', '60');
    expect(limited.data).toMatchObject({ tools: ['a', 'b'], requests_per_minute: 60 });
    const rotated = await key('rotate', 'shop', '--grace', '60');
    expect(rotated.data.secrets).toHaveLength(2);
    await key('remove', 'shop');
    const { data } = await key('list');
    expect(data.data.map(({ name }: { name: string }) => name)).toEqual(['root']);
    expect(JSON.stringify(data)).not.toContain(made.data.secret.slice(19));
  });

  it('refuses by code what the gateway would refuse', async () => {
    expect(await key('remove', 'nobody')).toMatchObject({
      code: 1,
      data: { error: { code: 'key_not_found' } },
    });
    expect(await key('add', 'x', '--scopes', 'all')).toMatchObject({
      code: 1,
      data: { error: { code: 'invalid_request', param: 'scopes.0' } },
    });
    expect(await key('add', 'x', '--scopes', 'call', '--rpm', 'many')).toMatchObject({ code: 2 });
  });
});
