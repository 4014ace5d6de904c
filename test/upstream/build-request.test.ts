import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TenonError } from '../../src/errors.ts';
import { buildRequest } from '../../src/upstream/index.ts';
import { spec } from './spec.ts';

const ORDER = spec({ method: 'GET', url: 'https://api.example.com/v1/orders/{id}/items' });

describe('a path argument', () => {
  it.each([
    ['AB-12345', '/v1/orders/AB-12345/items'],
    ['a/b', '/v1/orders/a%2Fb/items'],
    ['a?b=c', '/v1/orders/a%3Fb%3Dc/items'],
    ['a#b', '/v1/orders/a%23b/items'],
    ['a b', '/v1/orders/a%20b/items'],
    ['%2e%2e', '/v1/orders/%252e%252e/items'],
    ['%2F', '/v1/orders/%252F/items'],
    ['..a', '/v1/orders/..a/items'],
    ['a..', '/v1/orders/a../items'],
    ['//evil.example', '/v1/orders/%2F%2Fevil.example/items'],
    ['@evil.example', '/v1/orders/%40evil.example/items'],
    ['a\\b', '/v1/orders/a%5Cb/items'],
    ['a\r\nHost: evil', '/v1/orders/a%0D%0AHost%3A%20evil/items'],
    ['a;b=c', '/v1/orders/a%3Bb%3Dc/items'],
    ["O'Neill (1)!*", '/v1/orders/O%27Neill%20%281%29%21%2A/items'],
    ['ünï😀', '/v1/orders/%C3%BCn%C3%AF%F0%9F%98%80/items'],
    ['\u0000', '/v1/orders/%00/items'],
  ])('%j stays in its segment', (id, path) => {
    expect(buildRequest(ORDER, { id }).url).toBe(`https://api.example.com${path}`);
  });

  it.each(['', '.', '..', '../..', '../admin', 'a/../b', 'a/..', '..\\admin', './x', 'a\ud800'])(
    '%j is refused',
    (id) => {
      expect(() => buildRequest(ORDER, { id })).toThrowError(
        expect.objectContaining({ code: 'upstream_argument_refused', param: 'id' }),
      );
    },
  );

  it.each([[{}], [{ id: null }], [{ id: ['a'] }], [{ id: { a: 1 } }], [Object.create({ id: 'inherited' })]])(
    '%j is refused',
    (args) => {
      expect(() => buildRequest(ORDER, args)).toThrowError(
        expect.objectContaining({ code: 'upstream_argument_refused' }),
      );
    },
  );

  it('cannot be put together from two', () => {
    const two = spec({ method: 'GET', url: 'https://api.example.com/{id}{kind}/x' });
    expect(() => buildRequest(two, { id: '.', kind: '.' })).toThrowError(
      expect.objectContaining({ code: 'upstream_argument_refused' }),
    );
    const dotted = spec({ method: 'GET', url: 'https://api.example.com/.{id}/x' });
    expect(() => buildRequest(dotted, { id: '.' })).toThrowError(
      expect.objectContaining({ code: 'upstream_argument_refused' }),
    );
  });

  it('never moves the request, whatever it is', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(...'./\\?#&=@:%2eEfF;[]{}|^ab\r\n\t \u0000é😀\ud800'),
      maxLength: 20,
    });
    const url = 'https://api.example.com/v1/{id}/x-{kind}?q={optional}&fixed=1';
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (id, kind, optional, more) => {
        try {
          const parsed = new URL(
            buildRequest(spec({ method: 'GET', url, query: { list: '{list}' } }), {
              id,
              kind,
              optional,
              list: [more, more],
              rest: more,
            }).url,
          );
          expect(parsed.origin).toBe('https://api.example.com');
          const segments = parsed.pathname.split('/');
          expect(segments).toHaveLength(4);
          expect(decodeURIComponent(segments[2]!)).toBe(id);
          expect(decodeURIComponent(segments[3]!)).toBe(`x-${kind}`);
          expect([...parsed.searchParams.keys()]).toEqual(['q', 'fixed', 'list', 'rest']);
          expect(parsed.searchParams.get('q')).toBe(optional);
          expect(parsed.searchParams.get('rest')).toBe(more);
          expect(parsed.username + parsed.password + parsed.hash).toBe('');
        } catch (error) {
          if (!(error instanceof TenonError)) throw error;
          expect(error.code).toBe('upstream_argument_refused');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the query', () => {
  const search = (change: Parameters<typeof spec>[0], args: Record<string, unknown>): string =>
    new URL(buildRequest(spec({ method: 'GET', ...change }), args).url).search;

  it('is what the arguments are where nothing else is said', () => {
    expect(
      search({}, { city: 'São Paulo', n: 3, ok: true, none: null, list: ['a,b', 'c'], deep: { x: 1 } }),
    ).toBe('?city=S%C3%A3o%20Paulo&n=3&ok=true&list=a%2Cb,c&deep=%7B%22x%22%3A1%7D');
  });

  it('leaves out what is absent', () => {
    const url = 'https://api.example.com/?a={a}&fixed=1&b={b}';
    expect(search({ url, query: { c: '{c}', d: 'fixed & 2' } }, { b: 'x' })).toBe(
      '?fixed=1&b=x&d=fixed%20%26%202',
    );
    expect(search({}, {})).toBe('');
  });
});

describe('the body', () => {
  const body = (change: Parameters<typeof spec>[0], args: Record<string, unknown>): unknown =>
    JSON.parse(buildRequest(spec(change), args).body ?? 'null');

  it('is the arguments that stand nowhere else', () => {
    const url = 'https://api.example.com/{id}?n={n}';
    expect(
      body({ url, query: { k: '{kind}' } }, { id: 'a', n: 1, kind: 'b', list: ['x'], nested: { x: null } }),
    ).toEqual({ list: ['x'], nested: { x: null } });
    expect(body({}, {})).toEqual({});
  });

  it('fills a template with values that keep their types', () => {
    const template = {
      data: { n: '{n}', list: ['{optional}', '{n}'], gone: '{optional}', kept: 'text', nothing: null },
    };
    expect(body({ body: template }, { n: 4 })).toEqual({
      data: { n: 4, list: [4], kept: 'text', nothing: null },
    });
    expect(body({ body: '{nested}' }, { nested: { a: '{id}' } })).toEqual({ a: '{id}' });
    expect(body({ body: '{nested}' }, {})).toBe(null);
  });

  it('is not there on GET and DELETE', () => {
    for (const method of ['GET', 'DELETE']) expect(buildRequest(spec({ method }), { a: 1 }).body).toBe(null);
  });
});

it('headers are the registered ones', () => {
  const { headers } = buildRequest(spec({ headers: { 'X-Tenant': 'acme', Accept: 'text/plain' } }), {
    'x-evil': 'a',
  });
  expect(headers).toEqual({ accept: 'text/plain', 'content-type': 'application/json', 'x-tenant': 'acme' });
});
