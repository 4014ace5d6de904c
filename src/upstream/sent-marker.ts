import type { Dispatcher } from 'undici';

/**
 * Tells requests that reached a connection from those that never did: the first may have been acted upon, the
 * second not. A request is known by its signal, so each needs one of its own.
 */
export function markSent(sent: WeakSet<object>): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const { signal } = options as { readonly signal?: object };
    return dispatch(options, {
      onRequestStart(controller, context) {
        // undici calls this with the connection open, before the first byte.
        if (signal) sent.add(signal);
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
  };
}
