import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

async function exportTo(...args: string[]): Promise<{ path: string; bytes: number; tensors: number }> {
  const out = join(await mkdtemp(join(tmpdir(), 'tenon-')), 'out.gguf');
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const command = ['export', '--format', 'gguf', '--out', out, '--json', ...args];
    await createProgram().parseAsync(command, { from: 'user' });
    return JSON.parse(String(written.mock.lastCall?.[0]));
  } finally {
    written.mockRestore();
  }
}

it('writes the model, smaller as it is asked to', async () => {
  const half = await exportTo();
  const small = await exportTo('--type', 'q4_0');
  expect(readFileSync(half.path).subarray(0, 4).toString()).toBe('GGUF');
  expect(readFileSync(half.path).length).toBe(half.bytes);
  expect(small.bytes).toBeLessThan(half.bytes / 3);
});

it('writes an adapter by its name or from its folder', async () => {
  const named = await exportTo('--adapter', 'get_weather');
  const folder = new URL('../../adapters/get_weather', import.meta.url).pathname;
  const from = await exportTo('--adapter', folder);
  expect([named.tensors, named.bytes > 500_000]).toEqual([84, true]);
  expect(from.tensors).toBe(named.tensors);
});

it('says which adapter it does not find', async () => {
  await expect(exportTo('--adapter', 'nobody')).rejects.toMatchObject({ code: 'adapter_invalid' });
});
