import { type Arguments, type Calls, isArguments } from '../calls/index.ts';
import { type Issue, TenonError } from '../errors.ts';
import type { Validator } from '../schema/types.ts';
import { type ReviewDecided, type ReviewRow, type Store, StoreConflict } from '../store/index.ts';
import type { Registry, Tool } from '../tools/types.ts';
import type { ReviewDecision } from './types.ts';

export interface ReviewPorts {
  readonly store: Store;
  readonly calls: Calls;
  readonly registry: Pick<Registry, 'get'>;
  readonly validator: Pick<Validator, 'validate'>;
  readonly clock?: () => Date;
}

/**
 * Carries out a person's decision. That it was made, and the state that follows for the call, become durable together;
 * of two who decide at once one is told `review_closed`, and the call leaves once. Throws `review_closed`,
 * `review_not_approvable`, `arguments_invalid`, `invalid_request`.
 */
export async function decide(
  ports: ReviewPorts,
  review: ReviewRow,
  decision: ReviewDecision,
  actor: string,
): Promise<void> {
  if (review.status !== 'open') throw closed(review);
  try {
    await carryOut(ports, review, decision, actor);
  } catch (error) {
    if (!isRaceLost(error)) throw error;
    const now = await ports.store.reviews.get(review.id);
    throw now !== null && now.status !== 'open' ? closed(now) : error;
  }
}

async function carryOut(
  ports: ReviewPorts,
  review: ReviewRow,
  decision: ReviewDecision,
  actor: string,
): Promise<void> {
  const { calls, clock = () => new Date() } = ports;
  const record = (status: ReviewDecided['status'], corrected: string | null) => {
    const decided_at = clock().toISOString();
    const decided = { status, decided_by: actor, decided_at, note: decision.note ?? null, corrected };
    const data = { call: review.call_id, tool: review.tool, note: decided.note };
    return async (within: Pick<Store, 'reviews' | 'audit'>) => {
      await within.reviews.decide(review.id, decided);
      const entry = { at: decided_at, actor, action: `review.${decision.decision}`, target: review.id };
      await within.audit.append({ ...entry, data: JSON.stringify(data) });
    };
  };

  switch (decision.decision) {
    case 'reject':
      await calls.reject(review.call_id, actor, decision.note ?? null, record('rejected', null));
      return;
    case 'approve': {
      const args = await approvable(ports, review);
      await calls.forward(review.call_id, args, actor, record('approved', null));
      return;
    }
    case 'correct': {
      const args = await corrected(ports, review, decision);
      await calls.forward(review.call_id, args, actor, record('corrected', JSON.stringify(args)));
      return;
    }
  }
}

/** The arguments as they stand, which must fit: a person may overrule a doubt, not the schema. */
async function approvable(ports: ReviewPorts, review: ReviewRow): Promise<Arguments> {
  const args: unknown = review.arguments === null ? null : JSON.parse(review.arguments);
  const issues = await issuesOf(ports, await toolOf(ports, review), args);
  if (issues.length === 0 && isArguments(args)) return args;
  const known: readonly Issue[] = args === null ? JSON.parse(review.issues) : issues;
  throw new TenonError('review_not_approvable', { id: review.id }, { details: known });
}

async function corrected(
  ports: ReviewPorts,
  review: ReviewRow,
  { arguments: args }: ReviewDecision,
): Promise<Arguments> {
  if (args === undefined) {
    const reason = '"correct" needs "arguments": what the call should have been.';
    throw new TenonError('invalid_request', { reason }, { param: 'arguments' });
  }
  const tool = await toolOf(ports, review);
  const issues = await issuesOf(ports, tool, args);
  if (issues.length === 0 && isArguments(args)) return args;
  const values = { tool: tool.name, version: tool.version, count: issues.length };
  throw new TenonError('arguments_invalid', values, { param: 'arguments', details: issues });
}

async function issuesOf(ports: ReviewPorts, tool: Tool, args: unknown): Promise<readonly Issue[]> {
  const { errors } = await ports.validator.validate(tool.parameters, args);
  if (errors.length > 0 || isArguments(args)) return errors;
  return [{ pointer: '', keyword: 'type', message: 'must be an object: arguments have names' }];
}

/** The version that the call was made with: its schema is what the arguments were meant for. */
function toolOf(ports: ReviewPorts, review: ReviewRow): Promise<Tool> {
  return ports.registry.get(review.tool, review.tool_version);
}

function isRaceLost(error: unknown): boolean {
  return error instanceof StoreConflict || (error instanceof TenonError && error.code === 'call_conflict');
}

function closed(review: ReviewRow): TenonError {
  const { id, status, decided_by, decided_at } = review;
  return new TenonError('review_closed', { id, status, actor: decided_by ?? '', at: decided_at ?? '' });
}
