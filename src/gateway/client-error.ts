import type { Duplex } from 'node:stream';
import { errorBody } from '../error-body.ts';
import { type ErrorCode, TenonError } from '../errors.ts';

/** By what Node's HTTP parser says. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** What never became a request (broken HTTP, headers without end, a client too slow) is answered with a code too. */
export function answerClientError(failure: NodeJS.ErrnoException, socket: Duplex): void {
  if (failure.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODES[failure.code ?? ''] ?? 'invalid_http';
  const error = new TenonError(code, { reason: failure.code ?? failure.message });
  const body = JSON.stringify(errorBody(error));
  const head = [
    `HTTP/1.1 ${error.status} ${REASONS[error.status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
