import { randomUUID } from 'node:crypto';
import { errorBody } from '../error-body.ts';
import { TenonError } from '../errors.ts';
import { type Listening, type ListenOptions, listen } from './listen.ts';

interface FetchApp {
  fetch(request: Request): Response | Promise<Response>;
}

/** The gateway's socket, taken before anything slow is loaded: a port in use is known at once. */
export interface Door extends Listening {
  /** From now on requests go to `app`; until then `/healthz` says that it is starting, and the rest gets 503. */
  open(app: FetchApp): void;
}

/** Throws `port_in_use`, `address_unavailable`. */
export async function openDoor(options: ListenOptions): Promise<Door> {
  let app: FetchApp = { fetch: answerEarly };
  const server = await listen({ fetch: (request) => app.fetch(request) }, options);
  return { ...server, open: (opened) => void (app = opened) };
}

/** Whoever watches `/healthz` must not take a model that is loading for a process that hangs. */
function answerEarly({ url }: Request): Response {
  const headers = { 'x-request-id': randomUUID() };
  if (new URL(url).pathname === '/healthz') return Response.json({ status: 'starting' }, { headers });
  const error = new TenonError('engine_unavailable', { reason: 'the gateway is starting' });
  return Response.json(errorBody(error), {
    status: error.status,
    headers: { ...headers, 'retry-after': '1' },
  });
}
