import type { Generation } from '../engine/types.ts';
import type { Tool } from '../tools/types.ts';
import type { OpenCall } from './open-call.ts';

/** No choice was made by a model here, so there is nothing to doubt. */
export const CERTAIN = 1;

/** Arguments that a program brought, as if they had been generated: from here on they are judged like any others. */
export async function takeArguments(call: OpenCall, tool: Tool): Promise<Generation> {
  const text = JSON.stringify(call.request.arguments);
  await call.advance('generated', { text, tool: tool.name, tool_version: tool.version }, { given: true });
  return {
    text,
    finish: 'stop',
    confidence: CERTAIN,
    fields: [],
    usage: { prompt_tokens: 0, completion_tokens: 0, forced_tokens: 0, passes: 0 },
    timings: { prefill_ms: 0, decode_ms: 0 },
  };
}
