import { TenonError } from '../../errors.ts';
import { fromGrammarError } from '../../grammar-error.ts';
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
  return fromGrammarError(error) ?? new TenonError('internal', {}, { cause: error });
}
