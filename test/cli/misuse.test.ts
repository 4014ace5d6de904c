import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenon } from '../support/launch.ts';
import { closedOrigin } from '../support/upstreams.ts';

let folder: string;
beforeAll(async () => {
  nobody = await closedOrigin();
  folder = await mkdtemp(join(tmpdir(), 'tenon-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

let nobody: string;

describe('tenon', () => {
  it('explains itself', async () => {
    const { code, stdout } = await tenon(['review', 'correct', '--help']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Usage: tenon review correct')]);
  });

  it.each([
    [['dance'], 'unknown command'],
    [['call'], "missing required argument 'input'"],
    [['serve', '--prot', '1'], 'unknown option'],
    [['serve', '--port', 'many'], 'whole number from 0 to 65535'],
  ])('%j is misuse: exit code 2', async (args, says) => {
    const { code, stderr } = await tenon(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  it('says what to do where no gateway answers, for people and for programs', async () => {
    const forPeople = await tenon(['call', 'lights off', '--url', nobody]);
    expect([forPeople.code, forPeople.stderr]).toEqual([
      1,
      expect.stringMatching(/ECONNREFUSED.*Start one with: npm start/),
    ]);
    const forPrograms = await tenon(['tool', 'list', '--url', nobody, '--json']);
    expect(forPrograms.code).toBe(1);
    expect(JSON.parse(forPrograms.stdout)).toMatchObject({ error: { code: 'gateway_unreachable' } });
  });

  it('tells another program on that port from a gateway', async () => {
    const other = createServer((_, response) => response.end('<h1>hello</h1>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, stderr } = await tenon(['tool', 'list', '--url', url]);
    other.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining('not a Tenon gateway')]);
  });

  it('refuses a manifest that is not there or not JSON before it asks any gateway', async () => {
    const missing = await tenon(['tool', 'add', join(folder, 'none.json'), '--url', nobody]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('ENOENT')]);
    const path = join(folder, 'broken.json');
    await writeFile(path, '{"name": ');
    const broken = await tenon(['tool', 'add', path, '--url', nobody]);
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('is not valid JSON')]);
  });

  it('shows the configuration with its origins, and refuses an unknown key of tenon.toml by name', async () => {
    const path = join(folder, 'tenon.toml');
    await writeFile(path, 'port = 9001\n');
    const env = { TENON_HOST: '127.0.0.2' };
    const shown = await tenon(['serve', '--print-config', '--json', '--demo-port', '9002'], {
      env,
      cwd: folder,
    });
    expect(JSON.parse(shown.stdout)).toMatchObject({
      port: { value: 9001, origin: 'tenon.toml' },
      host: { value: '127.0.0.2', origin: 'TENON_HOST' },
      demo_port: { value: 9002, origin: '--demo-port' },
      data: { value: 'data', origin: 'default' },
    });
    await writeFile(path, 'prot = 9001\n');
    const refused = await tenon(['serve'], { cwd: folder });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/tenon\.toml .*: prot\./)]);
  });
});
