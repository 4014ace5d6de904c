import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderErrorsPage } from '../scripts/errors-page.ts';
import { ERRORS, type ErrorCode, type ErrorSpec, TenonError } from '../src/errors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const codes = Object.keys(ERRORS) as readonly ErrorCode[];

describe('the error table', () => {
  it('is what docs/errors.md says, code by code and status by status', async () => {
    const page = await readFile(`${root}docs/errors.md`, 'utf8');
    const documented = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    const table = codes.map((code) => [code, ERRORS[code].status]);
    expect(new Map(documented as [string, number][])).toEqual(new Map(table as [string, number][]));
    expect(documented).toHaveLength(codes.length);
  });

  it('is documented with the messages it has now (npm run docs:errors writes them)', async () => {
    expect(await readFile(`${root}docs/errors.md`, 'utf8')).toBe(renderErrorsPage());
  });

  it('holds no code that nothing uses', async () => {
    const source = await readSource();
    expect(codes.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });

  it('says what each status class may be', () => {
    const byType: Readonly<Record<ErrorSpec['type'], RegExp>> = {
      invalid_request_error: /^4/,
      authentication_error: /^401$/,
      permission_error: /^403$/,
      rate_limit_error: /^429$/,
      not_found_error: /^404$/,
      conflict_error: /^4(09|22)$/,
      upstream_error: /^(4\d\d|50[234])$/,
      server_error: /^(429|5..)$/,
    };
    const wrong = codes.filter((code) => !byType[ERRORS[code].type].test(String(ERRORS[code].status)));
    expect(wrong).toEqual([]);
  });
});

describe('TenonError', () => {
  it('fills its message and carries status, type and param', () => {
    const error = new TenonError('body_too_large', { limit: 10 }, { param: 'input' });
    expect(error.message).toBe('The body is larger than 10 bytes. Send less, or raise max_body_bytes.');
    expect([error.status, error.type, error.code, error.param]).toEqual([
      413,
      'invalid_request_error',
      'body_too_large',
      'input',
    ]);
  });

  it('leaves a hole that nothing fills, rather than hiding it', () => {
    expect(new TenonError('body_too_large').message).toContain('{limit}');
  });
});

async function readSource(): Promise<string> {
  const texts: string[] = [];
  for await (const path of glob('src/**/*.ts', { cwd: root })) {
    if (path !== 'src/errors.ts') texts.push(await readFile(root + path, 'utf8'));
  }
  return texts.join('\n');
}
