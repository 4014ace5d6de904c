import { TenonError } from '../errors.ts';

/**
 * The states of a call and where each may go. Every change is durable before what follows from it happens.
 *
 *     received ─► selected ─► generated ─► forwarding ─► forwarded
 *         │                       │             │
 *      no_tool                validated     in_review ◄─► forwarding, once a person has approved
 *
 * `failed` can be reached from every state in which something can go wrong. `forwarding` to itself is the repetition
 * of an attempt after a crash, under the same idempotency key.
 */
const TRANSITIONS = {
  received: ['selected', 'no_tool', 'failed'],
  selected: ['generated', 'failed'],
  generated: ['forwarding', 'validated', 'in_review', 'failed'],
  forwarding: ['forwarded', 'in_review', 'failed', 'forwarding'],
  in_review: ['forwarding', 'validated', 'failed'],
  forwarded: [],
  validated: [],
  no_tool: [],
  failed: [],
} as const satisfies Record<string, readonly string[]>;

export type CallState = keyof typeof TRANSITIONS;

export const STATES = Object.keys(TRANSITIONS) as readonly CallState[];

/** States that only a running process can leave: a call found in one at start was left there by a crash. */
export const RUNNING_STATES = ['received', 'selected', 'generated', 'forwarding'] as const;

export function isState(text: string): text is CallState {
  return Object.hasOwn(TRANSITIONS, text);
}

export function isRunning(state: CallState): boolean {
  return (RUNNING_STATES as readonly CallState[]).includes(state);
}

/** Throws `call_transition_illegal`. */
export function checkTransition(id: string, from: CallState, to: CallState): void {
  const allowed: readonly CallState[] = TRANSITIONS[from];
  if (!allowed.includes(to)) throw new TenonError('call_transition_illegal', { id, from, to });
}
