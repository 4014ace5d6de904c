import { type ErrorCode, type Issue, TenonError } from '../errors.ts';

/** A TenonError as data: classes do not survive the way between threads. */
export interface Failure {
  readonly code: ErrorCode;
  readonly values: Readonly<Record<string, string | number>>;
  readonly param: string | undefined;
  readonly details: readonly Issue[] | undefined;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Runs `work` in a worker; what it throws in the table's terms comes back as data. */
export function toOutcome<T>(work: () => T): Outcome<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    const { code, values, param, details } = error;
    return { ok: false, failure: { code, values, param, details } };
  }
}

/** The value, or the error thrown again on this side. */
export function fromOutcome<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  const { code, values, param, details } = outcome.failure;
  throw new TenonError(code, values, { ...(param !== undefined && { param }), ...(details && { details }) });
}
