import { describe, expect, it } from 'vitest';
import { checkUpstream } from '../../src/upstream/index.ts';
import { PARAMETERS, spec } from './spec.ts';

describe('checkUpstream', () => {
  it.each([
    spec(),
    spec({ url: 'http://127.0.0.1:8788/orders/{id}', method: 'GET' }),
    spec({
      url: 'https://api.example.com/{id}/{n}.{kind}/{ref}-{either}/{odd name}?q={optional}&fixed=1&list={list}',
    }),
    spec({ url: 'https://api.example.com' }),
    spec({ query: { q: '{optional}', fixed: 'text with spaces & more' } }),
    spec({ body: { a: '{nested}', b: ['{list}', { c: '{optional}' }], d: 3, e: null, f: 'text' } }),
    spec({
      headers: { 'X-Tenant': 'acme', accept: 'application/vnd.api+json' },
      secrets: { Authorization: 'env:API_TOKEN' },
    }),
    spec({ timeout_ms: 500, idempotency: 'header' }),
  ])('takes %j', (good) => {
    expect(checkUpstream(good, PARAMETERS)).toBe(good);
  });

  it.each([
    ['no object', 'https://x/', '/upstream'],
    ['an unknown member', spec({ retries: 3 } as never), '/upstream/retries'],
    ['signing', spec({ sign: {} }), '/upstream/sign'],
    ['a method in lower case', spec({ method: 'post' }), '/upstream/method'],
    ['CONNECT', spec({ method: 'CONNECT' }), '/upstream/method'],
    ['a relative URL', spec({ url: '/v1/things' }), '/upstream/url'],
    ['another scheme', spec({ url: 'file:///etc/passwd' }), '/upstream/url'],
    ['gopher', spec({ url: 'gopher://127.0.0.1:25/' }), '/upstream/url'],
    ['credentials', spec({ url: 'https://user:secret@api.example.com/' }), '/upstream/url'],
    ['a user', spec({ url: 'https://user@api.example.com/' }), '/upstream/url'],
    ['a fragment', spec({ url: 'https://api.example.com/#x' }), '/upstream/url'],
    ['a hole in the host', spec({ url: 'https://{id}.example.com/' }), '/upstream/url'],
    ['a hole in the port', spec({ url: 'https://example.com:{n}/' }), '/upstream/url'],
    ['a hole as the host', spec({ url: 'https://{id}/' }), '/upstream/url'],
    ['a hole in the scheme', spec({ url: '{kind}://example.com/' }), '/upstream/url'],
    ['a backslash', spec({ url: 'https://example.com\\@evil.example/' }), '/upstream/url'],
    ['a backslash in the path', spec({ url: 'https://example.com/a\\..\\b' }), '/upstream/url'],
    ['a line break', spec({ url: 'https://example.com/a\nb' }), '/upstream/url'],
    ['dot segments', spec({ url: 'https://example.com/a/../b' }), '/upstream/url'],
    ['encoded dot segments', spec({ url: 'https://example.com/a/%2e%2e/b' }), '/upstream/url'],
    ['a space', spec({ url: 'https://example.com/a b' }), '/upstream/url'],
    ['an unknown argument', spec({ url: 'https://example.com/{none}' }), '/upstream/url'],
    ['an inherited name', spec({ url: 'https://example.com/?x={constructor}' }), '/upstream/url'],
    ['an optional path argument', spec({ url: 'https://example.com/{optional}' }), '/upstream/url'],
    ['a list in the path', spec({ url: 'https://example.com/{list}' }), '/upstream/url'],
    ['an object in the path', spec({ url: 'https://example.com/{nested}' }), '/upstream/url'],
    ['anything in the path', spec({ url: 'https://example.com/{anything}' }), '/upstream/url'],
    ['null in the path', spec({ url: 'https://example.com/{nullable}' }), '/upstream/url'],
    ['an open brace', spec({ url: 'https://example.com/{id' }), '/upstream/url'],
    ['a parameter named by an argument', spec({ url: 'https://example.com/?{id}=1' }), '/upstream/url'],
    ['a hole inside a query text', spec({ query: { q: 'a {id}' } }), '/upstream/query/q'],
    ['a query that is no text', spec({ query: { q: 1 } }), '/upstream/query/q'],
    ['an unknown query argument', spec({ query: { q: '{none}' } }), '/upstream/query/q'],
    ['a hole inside a body text', spec({ body: { a: ['Order {id}'] } }), '/upstream/body/a/0'],
    ['an unknown body argument', spec({ body: '{none}' }), '/upstream/body'],
    ['a body on GET', spec({ method: 'GET', body: {} }), '/upstream/body'],
    ['Host', spec({ headers: { Host: 'evil.example' } }), '/upstream/headers/Host'],
    ['Content-Length', spec({ headers: { 'content-length': '0' } }), '/upstream/headers/content-length'],
    [
      'Transfer-Encoding',
      spec({ secrets: { 'Transfer-Encoding': 'env:X' } }),
      '/upstream/secrets/Transfer-Encoding',
    ],
    ['Idempotency-Key', spec({ headers: { 'Idempotency-Key': '1' } }), '/upstream/headers/Idempotency-Key'],
    ['a header with a line break', spec({ headers: { 'x-a': 'b\r\nx-c: d' } }), '/upstream/headers/x-a'],
    ['a header name with a colon', spec({ headers: { 'x:a': 'b' } }), '/upstream/headers/x:a'],
    ['a header with an argument', spec({ headers: { 'x-a': '{id}' } }), '/upstream/headers/x-a'],
    [
      'a credential in the open',
      spec({ headers: { authorization: 'Bearer abc' } }),
      '/upstream/headers/authorization',
    ],
    [
      'a secret in the open',
      spec({ secrets: { authorization: 'Bearer abc' } }),
      '/upstream/secrets/authorization',
    ],
    [
      'a secret with an illegal name',
      spec({ secrets: { authorization: 'env:A-B' } }),
      '/upstream/secrets/authorization',
    ],
    [
      'a header twice',
      spec({ headers: { 'X-Key': 'a' }, secrets: { 'x-key': 'env:A' } }),
      '/upstream/secrets/x-key',
    ],
    ['a timeout of 0', spec({ timeout_ms: 0 }), '/upstream/timeout_ms'],
    ['an endless timeout', spec({ timeout_ms: 1e9 }), '/upstream/timeout_ms'],
    ['another idempotency', spec({ idempotency: true }), '/upstream/idempotency'],
  ])('refuses %s', (_, bad, param) => {
    expect(() => checkUpstream(bad, PARAMETERS)).toThrowError(
      expect.objectContaining({ code: 'upstream_invalid', param }),
    );
  });

  it('never repeats a secret given in the open', () => {
    expect(() =>
      checkUpstream(spec({ secrets: { authorization: 'Bearer topsecret' } }), PARAMETERS),
    ).toThrowError(/^(?!.*topsecret)/);
  });

  it('does not overflow on a deep body', () => {
    let body: unknown = '{id}';
    for (let i = 0; i < 20_000; i++) body = [body];
    expect(() => checkUpstream(spec({ body }), PARAMETERS)).toThrowError(
      expect.objectContaining({ code: 'upstream_invalid' }),
    );
  });
});
