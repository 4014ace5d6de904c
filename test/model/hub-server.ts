import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A Hugging Face hub with one model, as far as Tenon speaks to it. What goes wrong is set from outside. */
export interface HubServer {
  readonly url: string;
  /** `path` or `path from byte N`, one a download. */
  readonly fetched: string[];
  readonly faults: {
    /** The connection breaks after so many bytes of this file, as often as this says. */
    cut?: { readonly path: string; readonly after: number; times: number };
    /** After so many bytes of this file nothing comes any more, and the connection stays. */
    stall?: { readonly path: string; readonly after: number };
    /** One bit of this file is another. */
    corrupt?: string;
    /** More of this file comes than the hub says it has. */
    tooLong?: string;
    /** Ranges of this file are not heeded. */
    wholeOnly?: string;
    /** Every request is answered with this. */
    status?: number;
  };
  close(): Promise<void>;
}

export const COMMIT = 'c0ffee'.padEnd(40, '0');
const TAG = 'v1';

/** Serves the files of `folder`, and some that no model needs, as `id`; weights as Git LFS keeps them. */
export async function startHub(id: string, folder: string): Promise<HubServer> {
  const files = new Map<string, Buffer>([
    ['README.md', Buffer.from('# Model')],
    ['pytorch_model.bin', Buffer.from('pickle')],
    ['consolidated.safetensors', Buffer.from('twice')],
  ]);
  for (const name of readdirSync(folder)) files.set(name, readFileSync(join(folder, name)));
  const fetched: string[] = [];
  const faults: HubServer['faults'] = {};

  const sendFile = (path: string, request: IncomingMessage, response: ServerResponse) => {
    const whole = Buffer.from(files.get(path)!);
    if (faults.corrupt === path) whole[whole.length - 1]! ^= 1;
    const body = faults.tooLong === path ? Buffer.concat([whole, Buffer.from('more')]) : whole;
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const heeded = range && !(faults.wholeOnly === path && range[2] !== '0');
    const from = heeded ? Number(range[1]) : 0;
    const to = heeded ? Math.min(Number(range[2]), body.length - 1) : body.length - 1;
    const part = body.subarray(from, to + 1);
    const headers = { etag: `"${path}"`, 'accept-ranges': 'bytes', 'content-length': part.length };
    if (heeded)
      response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${to}/${whole.length}` });
    else response.writeHead(200, headers);
    // The first byte alone is how a client asks for a file's size.
    if (range?.[2] !== '0') fetched.push(from > 0 ? `${path} from byte ${from}` : path);
    const { cut, stall } = faults;
    if (stall?.path === path && range?.[2] !== '0') return void response.write(part.subarray(0, stall.after));
    if (cut?.path === path && cut.times > 0 && range?.[2] !== '0') {
      cut.times--;
      response.write(part.subarray(0, cut.after), () => setTimeout(() => response.destroy(), 50));
    } else response.end(part);
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://hub');
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const path = decodeURIComponent(url.pathname);
    if (faults.status) return json({ error: 'no' }, faults.status);
    if (path === `/api/models/${id}/revision/main` || path === `/api/models/${id}/revision/${TAG}`)
      return json({ _id: '1', id, sha: COMMIT, lastModified: '2026-01-01T00:00:00.000Z', siblings: [] });
    if (path === `/api/models/${id}/tree/${COMMIT}`)
      return json([...files].map(([name, data]) => entry(name, data)));
    const resolved = `/${id}/resolve/${COMMIT}/`;
    const name = path.slice(resolved.length);
    if (path.startsWith(resolved) && files.has(name)) {
      // Large files come from elsewhere.
      if (!isLarge(name)) return sendFile(name, request, response);
      return response.writeHead(302, { location: `/cdn/${name}` }).end();
    }
    if (path.startsWith('/cdn/')) return sendFile(path.slice('/cdn/'.length), request, response);
    return json({ error: 'Repository not found' }, 401);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetched,
    faults,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const isLarge = (name: string): boolean => /\.(safetensors|bin)$/.test(name);

function entry(path: string, data: Buffer) {
  const sha1 = createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');
  const sha256 = createHash('sha256').update(data).digest('hex');
  const plain = { type: 'file', path, size: data.length, oid: sha1 };
  return isLarge(path) ? { ...plain, lfs: { oid: sha256, size: data.length, pointerSize: 130 } } : plain;
}
