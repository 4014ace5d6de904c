import { Hono } from 'hono';
import { TenonError } from '../../errors.ts';
import type { ReviewDecision, ReviewListFilter, ReviewStatus, ReviewSummary } from '../../reviews/index.ts';
import { readJson } from '../body.ts';
import { createCheck } from '../check.ts';
import type { GatewayContext, GatewayEnv } from '../env.ts';
import { mayUseTool, type Who } from '../keys/index.ts';
import { list, readPage } from '../paging.ts';
import type { Ports } from '../ports.ts';

type DecisionBody = ReviewDecision & { readonly actor?: string };

export const checkDecision = createCheck<DecisionBody>({
  type: 'object',
  properties: {
    decision: { enum: ['approve', 'correct', 'reject'] },
    arguments: {},
    note: { type: 'string', maxLength: 10_000 },
    actor: { type: 'string', minLength: 1, maxLength: 200 },
  },
  required: ['decision'],
  additionalProperties: false,
});

/** `/v1/reviews`: what waits for a person, and what the person decided. */
export function reviewRoutes({ reviews }: Pick<Ports, 'reviews'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.get('/', async (c) => {
    const { tools } = c.get('caller') ?? {};
    const filter = { ...readFilter(c), ...(tools && { tools }) };
    const { data, has_more } = await reviews.list(filter, readPage(c));
    return c.json(list(data, has_more));
  });

  app.get('/:id', async (c) => {
    const review = await reviews.get(c.req.param('id'));
    checkVisible(c.get('caller'), review);
    return c.json(review);
  });

  app.post('/:id', async (c) => {
    const { actor, ...decision } = checkDecision(await readJson(c));
    refuseContradiction(decision);
    const caller = c.get('caller');
    if (caller?.tools !== undefined) checkVisible(caller, await reviews.get(c.req.param('id')));
    return c.json(await reviews.decide(c.req.param('id'), decision, caller?.name ?? actor ?? actorOf(c)));
  });

  return app;
}

function checkVisible(caller: Who, { id, tool }: ReviewSummary): void {
  if (!mayUseTool(caller, tool)) throw new TenonError('review_not_found', { id });
}

const STATUSES: readonly string[] = [
  'open',
  'approved',
  'corrected',
  'rejected',
] satisfies readonly ReviewStatus[];

/** `?status=&tool=&kind=`. */
function readFilter(c: GatewayContext): ReviewListFilter {
  const { status, tool, kind } = c.req.query();
  if (status && !STATUSES.includes(status)) {
    throw invalid('status', `"status" must be one of ${STATUSES.join(', ')}.`);
  }
  return {
    status: (status || undefined) as ReviewStatus | undefined,
    tool: tool || undefined,
    kind: kind || undefined,
  };
}

function invalid(param: string, reason: string): TenonError {
  return new TenonError('invalid_request', { reason }, { param });
}

/** Without keys there is nobody to prove who decided: what the client says is recorded as it is. */
function actorOf(c: GatewayContext): string {
  return c.req.header('x-actor')?.slice(0, 200) || 'anonymous';
}

function refuseContradiction({ decision, arguments: args }: ReviewDecision): void {
  if (decision === 'correct' && args === undefined) {
    throw invalid('arguments', '"correct" needs "arguments": what the call should have been.');
  }
  if (decision !== 'correct' && args !== undefined) {
    throw invalid('arguments', `"${decision}" takes no "arguments"; use "correct" to change them.`);
  }
}
