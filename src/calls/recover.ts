import { TenonError } from '../errors.ts';
import type { CallRow } from '../store/index.ts';
import type { Tool } from '../tools/types.ts';
import { fail } from './fail.ts';
import { send } from './forward.ts';
import type { Arguments } from './judge.ts';
import { type OpenCall, openCall } from './open-call.ts';
import { park } from './park.ts';
import type { CallPorts } from './ports.ts';
import { RUNNING_STATES } from './states.ts';

export interface Recovery {
  /** Ended as failed: nothing had been sent. */
  readonly interrupted: number;
  /** Sent again under their idempotency key. */
  readonly resent: number;
  /** Put before a person: they may have been sent, and the upstream would act twice. */
  readonly parked: number;
}

/** So many are sent again at once: a start after a crash is no reason to flood the upstreams. */
const AT_ONCE = 8;

/** Brings every call that a crash left open to an end, or before a person. `isOurs` tells those of this process. */
export async function recoverCalls(ports: CallPorts, isOurs: (id: string) => boolean): Promise<Recovery> {
  const left = (await ports.store.calls.inStates(RUNNING_STATES)).filter((row) => !isOurs(row.id));
  const counts = { interrupted: 0, resent: 0, parked: 0 };
  for (let i = 0; i < left.length; i += AT_ONCE) {
    const outcomes = await Promise.all(left.slice(i, i + AT_ONCE).map((row) => recoverOne(ports, row)));
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  return counts;
}

async function recoverOne(ports: CallPorts, row: CallRow): Promise<keyof Recovery> {
  const call = openCall(ports.store, row, ports.clock ?? (() => new Date()));
  if (call.state !== 'forwarding') {
    await fail(call, new TenonError('interrupted'));
    return 'interrupted';
  }
  const tool = await toolOf(ports, call);
  if (tool?.upstream?.idempotency !== 'header') {
    const message =
      'Tenon stopped while the request was under way: it may have been sent. Look at the upstream, then approve to send it (again), or reject.';
    await park(call, { kind: 'interrupted', message, issues: [] });
    return 'parked';
  }
  await call.advance('forwarding', {}, { attempt: row.attempts, resent: true });
  await send(ports, call, tool.upstream, JSON.parse(row.arguments ?? '{}') as Arguments);
  return 'resent';
}

async function toolOf(ports: CallPorts, { row }: OpenCall): Promise<Tool | null> {
  try {
    return await ports.registry.get(row.tool ?? '', row.tool_version ?? undefined);
  } catch (error) {
    if (error instanceof TenonError) return null;
    throw error;
  }
}
