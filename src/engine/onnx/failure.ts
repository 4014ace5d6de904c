import { ERRORS, type ErrorCode, TenonError } from '../../errors.ts';
import type { Failure } from './protocol.ts';

/** For sending an error from the worker. What has no code of ours becomes `internal`, its text kept as cause. */
export function toFailure(error: unknown): Failure {
  const coded = toTenonError(error);
  const cause = coded.cause instanceof Error ? (coded.cause.stack ?? coded.cause.message) : undefined;
  return { code: coded.code, values: coded.values, param: coded.param, details: coded.details, cause };
}

export function fromFailure({ code, values, param, details, cause }: Failure): TenonError {
  return new TenonError(code, values, {
    ...(param !== undefined && { param }),
    ...(details !== undefined && { details }),
    ...(cause !== undefined && { cause: new Error(cause) }),
  });
}

function toTenonError(error: unknown): TenonError {
  if (error instanceof TenonError) return error;
  if (isGrammarError(error)) {
    const { code, keyword, pointer, message } = error;
    const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'schema_unsupported';
    return new TenonError(known, { keyword, pointer, reason: message }, { param: pointer, cause: error });
  }
  return new TenonError('internal', {}, { cause: error });
}

/** The grammar room depends on nothing, so its errors are known by their shape. */
function isGrammarError(error: unknown): error is Error & Record<'code' | 'keyword' | 'pointer', string> {
  return error instanceof Error && 'code' in error && 'keyword' in error && 'pointer' in error;
}
