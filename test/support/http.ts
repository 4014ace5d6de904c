/** A small JSON client for tests: every answer with its status, whatever it is. */
export interface HttpAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface TestClient {
  get<T>(path: string): Promise<HttpAnswer<T>>;
  post<T>(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer<T>>;
  put<T>(path: string, body: unknown): Promise<HttpAnswer<T>>;
  delete(path: string): Promise<HttpAnswer<null>>;
}

/** The body of an answer that is an error. */
export interface Refusal {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly param: string | null;
    readonly details?: readonly { readonly pointer: string; readonly keyword: string }[];
  };
}

export function createTestClient(url: string): TestClient {
  async function ask<T>(method: string, path: string, body?: unknown, headers = {}): Promise<HttpAnswer<T>> {
    const init = { method, headers: { 'content-type': 'application/json', ...headers } };
    const response = await fetch(
      url + path,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  }
  return {
    get: (path) => ask('GET', path),
    post: (path, body, headers) => ask('POST', path, body, headers),
    put: (path, body) => ask('PUT', path, body),
    delete: (path) => ask('DELETE', path),
  };
}
