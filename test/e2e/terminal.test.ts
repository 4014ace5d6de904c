import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LaunchedGateway, launchGateway, tenon } from '../support/launch.ts';

let data: string;
let gateway: LaunchedGateway;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'tenon-e2e-'));
  gateway = await launchGateway(['--data', data]);
});
afterAll(async () => {
  await gateway?.stop();
  await rm(data, { recursive: true, force: true });
});

const run = (...args: string[]) => tenon(args, { env: { TENON_URL: gateway.url } });

describe('tenon call', () => {
  it('shows what became of it', async () => {
    const { code, stdout } = await run('call', 'turn off the lights in the kitchen', '--tool', 'set_light');
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ forwarded {2}set_light {2}confidence \d\.\d\d/);
    expect(stdout).toMatch(/"room": "/);
    expect(stdout).toMatch(/upstream 200 \{/);
    expect(stdout).toMatch(/ms: select .*, prefill .*, decode .*; \d+ tokens \(\d+ forced\) in \d+ passes/);
  });

  it('exits with 1 where nothing was forwarded, and says so to programs too', async () => {
    const { code, stdout } = await run('call', 'where is order QQ-98765', '--tool', 'lookup_order', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ status: 'in_review' })]);
  });

  it('passes on what the gateway refuses, with its code', async () => {
    const { code, stderr } = await run('call', 'x', '--tool', 'nope');
    expect([code, stderr]).toEqual([1, expect.stringContaining('(tool_not_found, request ')]);
  });
});

describe('tenon tool', () => {
  it('adds, lists, types and removes', async () => {
    const file = join(data, 'alarm.json');
    const properties = { time: { type: 'string', format: 'time' } };
    const parameters = { type: 'object', properties, required: ['time'], additionalProperties: false };
    await writeFile(file, JSON.stringify({ name: 'set_alarm', description: 'Set an alarm', parameters }));

    expect(await run('tool', 'add', file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('set_alarm v1'),
    });
    expect((await run('tool', 'list')).stdout).toMatch(/^set_alarm +v1/m);
    expect((await run('tool', 'types', 'set_alarm')).stdout).toContain('time: string');
    expect(JSON.parse((await run('tool', 'show', 'set_alarm', '--json')).stdout)).toMatchObject({
      version: 1,
    });
    expect((await run('tool', 'remove', 'set_alarm')).code).toBe(0);
    expect((await run('tool', 'list')).stdout).not.toContain('set_alarm');
  });
});

describe('tenon review', () => {
  const park = async () => {
    const { stdout } = await run('call', 'where is order QQ-98765', '--tool', 'lookup_order', '--json');
    return (JSON.parse(stdout) as { review: { id: string } }).review.id;
  };

  it('lists, corrects and rejects without a terminal', async () => {
    const [first, second] = [await park(), await park()];
    expect((await run('review', 'list')).stdout).toContain(`${first}  open`);
    expect((await run('review', 'show', first)).stdout).toContain('upstream_rejected');

    const wrong = await run('review', 'correct', first, '--arguments', '{"order_id": "x"}');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('/order_id pattern')]);
    const args = ['--arguments', '{"order_id": "AB-12345"}', '--as', 'ada', '--json'];
    const right = await run('review', 'correct', first, ...args);
    expect(right.code).toBe(0);
    expect(JSON.parse(right.stdout)).toMatchObject({ decided: { by: 'ada' }, call: { status: 'forwarded' } });

    expect((await run('review', 'reject', second, '--note', 'no such order')).code).toBe(0);
    expect(JSON.parse((await run('review', 'list', '--json')).stdout).data).not.toContainEqual(
      expect.objectContaining({ id: second }),
    );
  });

  it('says what to do where there is no terminal to walk in', async () => {
    const { code, stderr } = await run('review');
    expect([code, stderr]).toEqual([2, expect.stringContaining('review list')]);
  });
});

describe('tenon adapter', () => {
  it('adds and lists, and refuses a folder that is none', async () => {
    const shipped = fileURLToPath(new URL('../../adapters/set_light', import.meta.url));
    const added = await run('adapter', 'add', 'lights_of_mine', shipped);
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('loaded lights_of_mine rank') });
    expect((await run('adapter', 'list')).stdout).toMatch(/^lights_of_mine +rank \d+ +\d+ KiB/m);
    const refused = await run('adapter', 'add', 'nothing', data);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('ENOENT. (file_unreadable)')]);
  });
});
