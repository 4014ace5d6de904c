import { ERRORS, TenonError } from '../errors.ts';
import type { CallChanges } from '../store/index.ts';
import type { Also, OpenCall } from './open-call.ts';

export interface FailOptions {
  readonly changes?: CallChanges;
  /** Beside the error, for the event. */
  readonly data?: object;
  readonly also?: Also | undefined;
  /** Told of an error that is not in the table; the caller sees `internal`. */
  readonly onError?: ((error: unknown, callId: string) => void) | undefined;
}

/** Ends a call as `failed`. */
export async function fail(call: OpenCall, error: unknown, options: FailOptions = {}): Promise<void> {
  const { changes, data, also, onError } = options;
  if (!(error instanceof TenonError)) onError?.(error, call.id);
  const { code, message, details } = error instanceof TenonError ? error : unforeseen(call);
  const told = { ...data, error: { code, message, ...(details === undefined ? {} : { details }) } };
  await call.advance('failed', { ...changes, error_code: code, error_message: message }, told, also);
}

function unforeseen(call: OpenCall): Pick<TenonError, 'code' | 'message' | 'details'> {
  const sent = ' The request may have been sent: look at the upstream before repeating it.';
  const message = ERRORS.internal.message + (call.state === 'forwarding' ? sent : '');
  return { code: 'internal', message, details: undefined };
}
