const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * By which names a gateway that listens on `host` may be called. On a loopback address those of the loopback, so
 * that no web page reaches it under a name that it points there; elsewhere any, for proxies bring their own.
 */
export function namesOf(host: string): readonly string[] | null {
  const isLoopback = /^127\./.test(host) || host === 'localhost' || host === '::1';
  return isLoopback ? [...LOOPBACK, host] : null;
}
