import { type ErrorBody, errorBody, toTenonError } from '../error-body.ts';
import { TenonError } from '../errors.ts';
import { EXIT, type ExitCode } from './answer.ts';
import { GatewayError } from './gateway-error.ts';
import { printable } from './style.ts';

const MISUSE: ReadonlySet<string> = new Set(['usage', 'config_invalid', 'config_unknown']);

export interface Failure {
  readonly text: string;
  readonly data: ErrorBody;
  readonly exitCode: ExitCode;
}

/** What to print and how to exit when a command threw. */
export function failureOf(thrown: unknown): Failure {
  const data = thrown instanceof GatewayError ? thrown.body : errorBody(toTenonError(thrown));
  const { code, message, details } = data.error;
  const requestId = thrown instanceof GatewayError ? thrown.requestId : null;
  const lines = [`error: ${message} (${code}${requestId ? `, request ${requestId}` : ''})`];
  for (const { pointer, keyword, message } of details ?? [])
    lines.push(`  ${pointer || '/'} ${keyword}: ${message}`);
  if (code === 'internal' && thrown instanceof Error && !(thrown instanceof GatewayError)) {
    lines.push(String((thrown instanceof TenonError ? thrown.cause : thrown.stack) ?? thrown));
  }
  return { text: printable(lines.join('\n')), data, exitCode: MISUSE.has(code) ? EXIT.misused : EXIT.failed };
}
