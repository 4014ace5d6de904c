import { type Issue, TenonError } from './errors.ts';

/** The body of every answer that is not a success: OpenAI's error shape, with `details` beside it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
    readonly details?: readonly Issue[];
  };
}

export function errorBody(error: TenonError): ErrorBody {
  const { message, type, code, param, details } = error;
  return {
    error: {
      message,
      type,
      code,
      param: param ?? null,
      ...(details && details.length > 0 ? { details } : {}),
    },
  };
}

/** Anything that is not ours becomes `internal`: its own text may hold secrets, so it goes to the log alone. */
export function toTenonError(thrown: unknown): TenonError {
  return thrown instanceof TenonError ? thrown : new TenonError('internal', {}, { cause: thrown });
}

/** Seconds to wait, where the status asks the caller to come back. */
export function retryAfter(error: TenonError): string | undefined {
  if (error.values.seconds !== undefined) return String(error.values.seconds);
  const status: number = error.status;
  return status === 429 || status === 503 ? '1' : undefined;
}
