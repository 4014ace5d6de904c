import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/gateway/app.ts';
import { openTestPorts, type TestPorts } from './ports.ts';

let test: TestPorts;
beforeAll(async () => {
  test = await openTestPorts({ maxBodyBytes: 1_000 });
});
afterAll(() => test.close());

describe('docs/http.md', () => {
  it('has every route of the app, and no route that is not there', async () => {
    const served = createApp(test.ports)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const page = (await readFile(new URL('../../docs/http.md', import.meta.url), 'utf8')).split(
      'Planned, ',
    )[0]!;
    const written = [...page.matchAll(/`(GET|POST|PUT|DELETE) (\/[^`]*)`/g)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect([...new Set(written)].sort()).toEqual([...new Set(served)].sort());
  });
});
