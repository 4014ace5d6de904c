import type { AuditStore } from '../store/index.ts';
import type { GatewayContext } from './env.ts';
import { actorOf } from './keys/index.ts';

/**
 * Records a change that a room has made. Keys and decisions are recorded by the transaction that makes them; tools
 * and adapters right after, for their versions are rows of their own already.
 */
export async function record(
  c: GatewayContext,
  audit: Pick<AuditStore, 'append'>,
  action: string,
  target: string,
  data: object = {},
): Promise<void> {
  const at = new Date().toISOString();
  await audit.append({ at, actor: actorOf(c.get('caller')), action, target, data: JSON.stringify(data) });
}
