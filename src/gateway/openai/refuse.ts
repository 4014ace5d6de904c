import { TenonError } from '../../errors.ts';

export function invalid(param: string, reason: string): TenonError {
  return new TenonError('invalid_request', { reason }, { param });
}

export function unsupported(param: string, reason: string): TenonError {
  return new TenonError('unsupported_parameter', { param, reason }, { param });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
