import { type Issue, TenonError } from '../errors.ts';

export function toolInvalid(reason: string, param: string, details?: readonly Issue[]): TenonError {
  return new TenonError('tool_invalid', { reason }, { param, ...(details && { details }) });
}

/** Runs `work` on a part of the manifest, so that its errors point into the manifest and not into the part. */
export async function inPart<T>(prefix: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    const details = error.details?.map((issue) => ({ ...issue, pointer: prefix + issue.pointer }));
    const param = prefix + (error.param ?? '');
    throw new TenonError(error.code, error.values, {
      param,
      ...(details && { details }),
      cause: error.cause,
    });
  }
}
