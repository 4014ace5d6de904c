import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/cli/config/file.ts';
import { printableConfig } from '../../src/cli/config/print.ts';
import { resolveConfig } from '../../src/cli/config/resolve.ts';

const file = (values: Record<string, unknown>) => ({ path: 'tenon.toml', values });

describe('resolveConfig', () => {
  it('takes the flag before the environment, that before the file, that before the default', () => {
    const flags = { port: '1' };
    const env = { TENON_PORT: '2', TENON_HOST: '0.0.0.0' };
    const { config, origins } = resolveConfig({ flags, env, file: file({ port: 3, host: 'x', data: '/d' }) });
    expect([config.port, config.host, config.data, config.demo_port]).toEqual([1, '0.0.0.0', '/d', 8788]);
    expect([origins.port, origins.host, origins.data, origins.demo_port]).toEqual([
      '--port',
      'TENON_HOST',
      'tenon.toml',
      'default',
    ]);
  });

  it('refuses an unknown setting of the file by name', () => {
    const act = () => resolveConfig({ flags: {}, env: {}, file: file({ prot: 8787 }) });
    expect(act).toThrow(expect.objectContaining({ code: 'config_unknown', param: 'prot' }));
    expect(act).toThrow(/tenon\.toml .* prot\. Known settings: host, port/);
  });

  it.each([
    ['port', '70000', 'a whole number from 0 to 65535'],
    ['port', '80a', 'a whole number from 0 to 65535'],
    ['log_level', 'loud', 'one of error, warn'],
    ['allowed_origins', 'http://127.0.0.1:1/path', 'not an origin'],
    ['time_zone', 'Mars/Base', 'not a time zone'],
  ])('refuses %s = %s and says what it takes', (name, value, says) => {
    const act = () => resolveConfig({ flags: {}, env: { [`TENON_${name.toUpperCase()}`]: value } });
    expect(act).toThrow(expect.objectContaining({ code: 'config_invalid', param: name }));
    expect(act).toThrow(says);
  });

  it('reads lists with commas from the environment and as arrays from the file', () => {
    const fromEnv = resolveConfig({
      flags: {},
      env: { TENON_ALLOWED_ORIGINS: 'http://a.test, http://b.test:81' },
    });
    expect(fromEnv.config.allowed_origins).toEqual(['http://a.test', 'http://b.test:81']);
    const fromFile = resolveConfig({
      flags: {},
      env: {},
      file: file({ allowed_origins: ['http://a.test'] }),
    });
    expect(fromFile.config.allowed_origins).toEqual(['http://a.test']);
    expect(() => resolveConfig({ flags: {}, env: {}, file: file({ allowed_origins: [1] }) })).toThrow(
      'list of texts',
    );
  });

  it('prints every setting with its origin', () => {
    const text = printableConfig(resolveConfig({ flags: { port: '9' }, env: {} }));
    expect(text).toMatch(/^port +9 +--port$/m);
    expect(text).toMatch(/^host +"127\.0\.0\.1" +default$/m);
  });
});

describe('readConfigFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenon-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('parses the file it is given', async () => {
    const path = join(folder, 'good.toml');
    await writeFile(path, 'port = 9000\nallowed_origins = ["http://127.0.0.1:1"]\n');
    expect(await readConfigFile(path)).toEqual({
      path,
      values: { port: 9000, allowed_origins: ['http://127.0.0.1:1'] },
    });
  });

  it('refuses TOML that is broken, with the line', async () => {
    const path = join(folder, 'broken.toml');
    await writeFile(path, 'port = 9000\nhost = \n');
    await expect(readConfigFile(path)).rejects.toThrow(/line 2/);
  });

  it('refuses a named file that is not there, and does without the default one', async () => {
    await expect(readConfigFile(join(folder, 'none.toml'))).rejects.toMatchObject({
      code: 'file_unreadable',
    });
    expect(await readConfigFile(undefined)).toBeUndefined();
  });
});
