import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { errorBody, toTenonError } from '../error-body.ts';
import { TenonError } from '../errors.ts';
import { answerClientError } from './client-error.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** The setting that names the port, for the message of `port_in_use`. */
  readonly setting?: string;
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Takes no new connection, waits for running requests up to `graceMs`, then ends them. */
  close(graceMs?: number): Promise<void>;
}

interface FetchApp {
  fetch(request: Request): Response | Promise<Response>;
}

/** Serves a Hono app on Node's own HTTP server. Throws `port_in_use`, `address_unavailable`. */
export async function listen(
  app: FetchApp,
  { host, port, setting = 'port' }: ListenOptions,
): Promise<Listening> {
  const server = createServer(
    // Slow clients: the whole request within half a minute, its headers within ten seconds.
    // A request without a host is refused by the app, with a code.
    { requestTimeout: 30_000, headersTimeout: 10_000, requireHostHeader: false },
    getRequestListener((request) => app.fetch(request), { errorHandler: refuse }),
  );
  server.on('clientError', answerClientError);
  await bind(server, host, port, setting);
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: (graceMs = 10_000) => drain(server, graceMs),
  };
}

/** A target or a host of which no URL can be made. What the app throws it has answered itself. */
function refuse(thrown: unknown): Response {
  const isRequest = thrown instanceof RequestError;
  const error = isRequest ? new TenonError('invalid_http', { reason: thrown.message }) : toTenonError(thrown);
  return Response.json(errorBody(error), { status: error.status });
}

function bind(server: Server, host: string, port: number, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, host, port, setting)));
    server.listen({ host, port }, resolve);
  });
}

function bindError(error: NodeJS.ErrnoException, host: string, port: number, setting: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new TenonError(
      'port_in_use',
      { host, port, flag: setting.replaceAll('_', '-') },
      { cause: error },
    );
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EACCES') {
    return new TenonError('address_unavailable', { host, port, reason: error.code }, { cause: error });
  }
  return error;
}

function drain(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), graceMs);
    // A client that keeps its connection after the last answer must not keep the gateway.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearTimeout(late);
      clearInterval(idle);
      resolve();
    });
  });
}
