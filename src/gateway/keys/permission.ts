import { TenonError } from '../../errors.ts';
import type { Caller } from './types.ts';

/** Null stands for whoever reaches a gateway without keys: they may do everything. */
export type Who = Caller | null;

/** What is recorded as who. */
export function actorOf(caller: Who): string {
  return caller?.name ?? 'anonymous';
}

export function mayUseTool(caller: Who, tool: string): boolean {
  return caller?.tools?.includes(tool) ?? true;
}

/** Throws `tool_not_allowed`. */
export function checkTool(caller: Who, tool: string): void {
  if (caller === null || mayUseTool(caller, tool)) return;
  throw new TenonError('tool_not_allowed', { tool: tool.slice(0, 64) }, { param: 'tool' });
}

/** A key that only calls sees its own calls; one that reviews, and an administrator's, sees everybody's. */
export function seesAllCalls(caller: Who): boolean {
  return caller === null || caller.scopes.includes('review') || caller.scopes.includes('admin');
}
