/**
 * The gateway: HTTP in front of the rooms. `createApp` is a Hono app over ports, without a runtime: each route
 * checks its request, asks one room, and answers; every failure leaves as a coded error with a request id.
 * `openGateway` is Node's entry: it opens the database, the model and the sockets, and hands them to the app.
 * What the routes take and give is docs/http.md; who is trusted with what is docs/security.md.
 */
export { createApp } from './app.ts';
export { type Listening, type ListenOptions, listen } from './listen.ts';
export { type Log, silentLog } from './log.ts';
export type { AdapterRecord, NamedAdapter, Ports } from './ports.ts';
