import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createClient } from '../../src/cli/client.ts';
import { createProgress } from '../../src/cli/progress.ts';

it('a bar is drawn on a terminal, of what takes more than a second, not too often, and taken away', () => {
  const written: string[] = [];
  const output = { isTTY: true, write: (text: string) => written.push(text) };
  let time = 0;
  const progress = createProgress('uploading', 4 * 2 ** 20, output, () => time);
  progress.at(2 ** 20);
  time = 1_500;
  progress.at(2 * 2 ** 20);
  time = 1_510;
  progress.at(3 * 2 ** 20);
  time = 2_000;
  progress.at(5 * 2 ** 20);
  progress.end();
  expect(written).toEqual([
    `\ruploading ${'█'.repeat(12)}${'░'.repeat(12)} 50 % of 4.0 MiB`,
    `\ruploading ${'█'.repeat(24)} 100 % of 4.0 MiB`,
    '\r\u001b[K',
  ]);
});

it('no bar is drawn elsewhere, or for what is quick', () => {
  for (const isTTY of [true, false]) {
    const written: string[] = [];
    let time = 0;
    const output = { isTTY, write: (text: string) => written.push(text) };
    const progress = createProgress('uploading', 10, output, () => time);
    time = isTTY ? 900 : 9_000;
    progress.at(5);
    progress.end();
    expect(written).toEqual([]);
  }
});

it('an upload says how much has gone, and arrives whole', async () => {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    response.end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const form = new FormData();
  form.set('name', 'voice');
  form.set('weights', new Blob(['x'.repeat(300_000)]), 'weights');
  const sent: number[] = [];
  const arrived = await client.upload<{ method: string; type: string; body: string }>(
    'PUT',
    '/',
    form,
    (bytes) => sent.push(bytes),
  );
  server.close();
  expect(arrived).toMatchObject({
    method: 'PUT',
    type: expect.stringMatching(/^multipart\/form-data; boundary=/),
  });
  expect(arrived.body).toContain('x'.repeat(300_000));
  expect(sent.at(-1)).toBe(arrived.body.length);
  expect(sent.toSorted((a, b) => a - b)).toEqual(sent);
});
