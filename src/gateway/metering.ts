import type { CallOptions } from '../calls/index.ts';
import type { GatewayContext } from './env.ts';
import type { Keys, Who } from './keys/index.ts';

/** Who a call is recorded under, and which tools it may become. */
export function callerOptions(caller: Who): Pick<CallOptions, 'actor' | 'allowedTools'> {
  if (caller === null) return {};
  return { actor: caller.name, ...(caller.tools === undefined ? {} : { allowedTools: caller.tools }) };
}

/** Counts what an answer cost against the daily budget of the key that asked. */
export async function spend(
  c: GatewayContext,
  keys: Pick<Keys, 'spend'>,
  usage: { readonly prompt_tokens: number; readonly completion_tokens: number },
): Promise<void> {
  const caller = c.get('caller');
  if (caller !== null) await keys.spend(caller.name, usage.prompt_tokens + usage.completion_tokens);
}
