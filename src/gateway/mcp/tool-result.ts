import type { CallToolResult } from '@modelcontextprotocol/server';
import type { CallResult } from '../../calls/index.ts';
import type { Tool } from '../../tools/index.ts';

/**
 * What became of a call, for the model that asked: in words, and as data. A call that waits for a person because its
 * tool says so is no error; everything else that was not sent, or was refused, is.
 */
export function toToolResult(result: CallResult, { name }: Tool): CallToolResult {
  const { id, status, upstream, review, validation, error } = result;
  const errors = review?.reason.issues ?? validation?.errors ?? [];
  return {
    content: [{ type: 'text', text: describe(result, name) }],
    structuredContent: {
      call: id,
      status,
      upstream,
      ...(review && { review: { id: review.id, kind: review.reason.kind, message: review.reason.message } }),
      ...(errors.length > 0 && { errors }),
      ...(error && { errors: [{ pointer: '', keyword: error.code, message: error.message }] }),
    },
    isError: status === 'failed' || (status === 'in_review' && review?.reason.kind !== 'destructive'),
  };
}

function describe(
  { id, status, upstream, arguments: args, review, error }: CallResult,
  name: string,
): string {
  switch (status) {
    case 'forwarded':
      return textOf(upstream?.body);
    case 'validated':
      return `Valid, and sent nowhere: ${name} has no API. ${textOf(args)}`;
    case 'in_review': {
      const { kind, message, issues } = review?.reason ?? { kind: '', message: '', issues: [] };
      const asked =
        kind === 'destructive' ? 'Not sent yet' : kind === 'upstream_rejected' ? 'Refused' : 'Not sent';
      const lines = issues.map(({ pointer, message: what }) => `- ${pointer || '/'}: ${what}`);
      return [`${asked}. ${message} A person will look at it (call ${id}).`, ...lines].join('\n');
    }
    default:
      return error?.message ?? `The call ended as ${status}.`;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
