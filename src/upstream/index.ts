// The outgoing HTTP request. A registration is checked once, so that arguments can fill its path, query and
// body and nothing else; a request goes out once, to a public address or one the operator allowed, and what
// comes back is bounded and rid of secrets. Every way this can fail is a coded error that says whether
// anything was sent.
//
//     const spec = checkUpstream(manifest.upstream, manifest.parameters);
//     const client = createUpstreamClient({ env: process.env, version, allowedOrigins: ['http://127.0.0.1:8788'] });
//     const { status, body } = await client.send(spec, { city: 'Oslo' }, { idempotencyKey: id });
export { buildRequest, type UpstreamRequest } from './build-request.ts';
export { checkUpstream } from './check-upstream.ts';
export type { CircuitBreakerOptions } from './circuit-breaker.ts';
export type { Resolve } from './guarded-connector.ts';
export { createRedactor, type Environment } from './secrets.ts';
export type { UpstreamAnswer, UpstreamClient, UpstreamSpec } from './types.ts';
export { createUpstreamClient, type UpstreamClientOptions } from './upstream-client.ts';
