import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Upstream {
  readonly origin: string;
  readonly port: number;
  /** Every request that arrived whole. */
  readonly received: Received[];
}

/** A real HTTP server on a free port, gone after the test. */
export async function httpUpstream(answer: RequestListener): Promise<Upstream> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  });
  return { ...(await listen(server)), received };
}

/** A server that speaks whatever it likes. */
export async function rawUpstream(talk: (socket: Socket) => void): Promise<Upstream> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => talk(socket));
  });
  return { ...(await listen(server)), received: [] };
}

async function listen(server: Server): Promise<{ origin: string; port: number }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port };
}
