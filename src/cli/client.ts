import type { ErrorBody } from '../error-body.ts';
import { TenonError } from '../errors.ts';
import { GatewayError } from './gateway-error.ts';

/** The HTTP calls that the commands make. Paths begin with `/`. */
export interface GatewayClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  /** multipart/form-data, sent as it is read; `onBytes` is told how many have gone. */
  upload<T>(
    method: 'POST' | 'PUT',
    path: string,
    form: FormData,
    onBytes?: (sent: number) => void,
  ): Promise<T>;
  delete(path: string): Promise<void>;
}

/**
 * `key`: an API key, where the gateway asks for one. Throws `gateway_unreachable`, `gateway_answer_invalid`, and
 * GatewayError for what the gateway refuses.
 */
export function createClient(url: string, key?: string): GatewayClient {
  const base = url.replace(/\/+$/, '');
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await send({ base, key }, method, path, body);
    return parse(base, await response.text()) as T;
  };
  return {
    url: base,
    get: (path) => json('GET', path),
    text: async (path) => (await send({ base, key }, 'GET', path)).text(),
    post: (path, body) => json('POST', path, body),
    put: (path, body) => json('PUT', path, body),
    upload: (method, path, form, onBytes = () => {}) => json(method, path, new Upload(form, onBytes)),
    delete: async (path) => {
      await send({ base, key }, 'DELETE', path);
    },
  };
}

interface Target {
  readonly base: string;
  readonly key: string | undefined;
}

async function send(target: Target, method: string, path: string, body?: unknown): Promise<Response> {
  const { base } = target;
  const response = await request(target, method, path, body);
  if (response.ok) return response;
  const answer = parse(base, await response.text());
  if (!isErrorBody(answer)) {
    throw new TenonError('gateway_answer_invalid', {
      url: base,
      reason: `HTTP ${response.status} without an error body`,
    });
  }
  throw new GatewayError(response.status, answer, response.headers.get('x-request-id'));
}

async function request(
  { base, key }: Target,
  method: string,
  path: string,
  body: unknown,
): Promise<Response> {
  const init: RequestInit = { method, ...encode(body) };
  const headers = new Headers(init.headers);
  if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
  try {
    return await fetch(base + path, { ...init, headers });
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    const reason = cause?.code ?? cause?.message ?? (error as Error).message;
    throw new TenonError('gateway_unreachable', { url: base, reason }, { cause: error });
  }
}

class Upload {
  readonly form: FormData;
  readonly onBytes: (sent: number) => void;

  constructor(form: FormData, onBytes: (sent: number) => void) {
    this.form = form;
    this.onBytes = onBytes;
  }
}

function encode(body: unknown): Pick<RequestInit, 'headers' | 'body' | 'duplex'> {
  if (body === undefined) return {};
  if (body instanceof Upload) {
    // A response writes a form out, content type and boundary included.
    const written = new Response(body.form);
    let sent = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        body.onBytes((sent += chunk.length));
      },
    });
    return { headers: written.headers, body: written.body!.pipeThrough(counted), duplex: 'half' };
  }
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function parse(base: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TenonError(
      'gateway_answer_invalid',
      { url: base, reason: 'it answers without JSON' },
      { cause: error },
    );
  }
}

function isErrorBody(value: unknown): value is ErrorBody {
  const error = typeof value === 'object' && value !== null && 'error' in value ? value.error : null;
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}
