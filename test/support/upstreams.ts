import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';

/** A server that answers as it is told, on a port of its own. */
export interface TestUpstream {
  readonly url: string;
  /** `METHOD path` of everything that arrived. */
  readonly received: string[];
  close(): Promise<void>;
}

export async function startUpstream(answer: RequestListener): Promise<TestUpstream> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () => stop(server),
  };
}

/** A server that takes connections and does not speak HTTP. */
export async function startGarbage(): Promise<TestUpstream> {
  const received: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      received.push(data.toString('latin1').split(' HTTP/')[0]!);
      socket.end('\u0000\u0001 good evening\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** An address where nothing listens. */
export async function closedOrigin(): Promise<string> {
  const upstream = await startUpstream(() => {});
  await upstream.close();
  return upstream.url;
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
