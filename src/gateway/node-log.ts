import { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

/** pino on standard error: JSON lines for machines, one short line for a person at a terminal. */
export function createLog(level: LogLevel): Logger {
  const destination = process.stderr.isTTY
    ? forTerminal(process.stderr)
    : pino.destination({ fd: 2, sync: false });
  return pino({ level, base: null, serializers: { err: stdSerializers.errWithCause } }, destination);
}

interface Line {
  readonly time: number;
  readonly level: number;
  readonly msg: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly request_id?: string;
  readonly err?: { readonly stack?: string };
}

function forTerminal(out: NodeJS.WritableStream): DestinationStream {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      out.write(render(JSON.parse(chunk.toString()) as Line), () => done());
    },
  });
}

function render({ time, level, msg, method, path, status, ms, request_id, err }: Line): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  if (method !== undefined) return `${clock} ${status} ${method} ${path} ${ms} ms\n`;
  const name = pino.levels.labels[level] ?? '';
  return `${clock} ${name} ${msg}${request_id ? ` (request ${request_id})` : ''}\n${err?.stack ? `${err.stack}\n` : ''}`;
}
