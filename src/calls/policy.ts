import type { Generation } from '../engine/types.ts';
import type { Issue } from '../errors.ts';
import type { Tool } from '../tools/types.ts';
import type { ReviewReason } from './types.ts';

/**
 * For a tool that names none and sends. Low, since without an adapter right calls score low too (0.1 is common):
 * it stops what the model made up, where nothing in the request led it.
 */
const DEFAULT_MIN_CONFIDENCE = 0.01;

/** Why valid arguments still wait for a person; null: they go out. */
export function policyReason(
  tool: Tool,
  confidence: number,
  fields: Generation['fields'],
): ReviewReason | null {
  const fallback = tool.upstream === undefined ? 0 : DEFAULT_MIN_CONFIDENCE;
  const { min_confidence = fallback, destructive = false } = tool.policy ?? {};
  const issues = doubtful(fields, min_confidence);
  if (destructive) {
    return {
      kind: 'destructive',
      message: `${tool.name} is marked destructive: a person approves every call.`,
      issues,
    };
  }
  // Not `<`: what is no number is no confidence.
  if (!(confidence >= min_confidence)) {
    const message = `The confidence of ${confidence.toFixed(3)} is under the tool's ${min_confidence}.`;
    return { kind: 'low_confidence', message, issues };
  }
  return null;
}

function doubtful(fields: Generation['fields'], min: number): Issue[] {
  return fields
    .filter(({ confidence }) => !(confidence >= min))
    .map(({ pointer, confidence }) => ({
      pointer,
      keyword: 'confidence',
      message: `the model gives this ${confidence.toFixed(3)}`,
    }));
}
