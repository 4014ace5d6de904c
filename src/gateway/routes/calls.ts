import { Hono } from 'hono';
import {
  type CallListFilter,
  type CallRecord,
  type CallRequest,
  type CallResult,
  isState,
} from '../../calls/index.ts';
import { type ErrorCode, TenonError } from '../../errors.ts';
import { readJson } from '../body.ts';
import { createCheck } from '../check.ts';
import type { GatewayContext, GatewayEnv } from '../env.ts';
import { mayUseTool, seesAllCalls, type Who } from '../keys/index.ts';
import { callerOptions, spend } from '../metering.ts';
import { list, readPage } from '../paging.ts';
import type { Ports } from '../ports.ts';

export const checkCallRequest = createCheck<CallRequest>({
  type: 'object',
  properties: {
    input: { type: 'string', minLength: 1, maxLength: 100_000 },
    tool: { type: 'string', minLength: 1 },
    tools: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, maxItems: 1000 },
    dry_run: { type: 'boolean' },
    now: {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})$',
    },
  },
  required: ['input'],
  additionalProperties: false,
});

/**
 * `/v1/calls`: plain language in, one call out. Any outcome of a call is 200 with a status, and errors are of the
 * request; but a call that failed because the engine was busy or gone is 429 or 503 with Retry-After, and the call as
 * body.
 */
export function callRoutes({
  calls,
  metrics,
  keys,
}: Pick<Ports, 'calls' | 'metrics' | 'keys'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.post('/', async (c) => {
    const request = checkCallRequest(await readJson(c));
    refuseContradiction(request);
    const idempotencyKey = c.req.header('idempotency-key');
    const result = await calls.call(request, {
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...callerOptions(c.get('caller')),
      signal: c.req.raw.signal,
    });
    metrics.call(result);
    await spend(c, keys, result.usage);
    const busy = engineStatus(result);
    if (busy === null) return c.json(result);
    c.header('retry-after', '1');
    return c.json(result, busy);
  });

  app.get('/', async (c) => {
    const filter = { ...readFilter(c), ...visibleTo(c.get('caller')) };
    const { data, has_more } = await calls.list(filter, readPage(c));
    return c.json(list(data, has_more));
  });

  app.get('/:id', async (c) => {
    const call = await calls.get(c.req.param('id'));
    checkVisible(c.get('caller'), call);
    return c.json(call);
  });

  return app;
}

/** Of other calls a key is not even told that they are there. */
function checkVisible(caller: Who, { id, actor, tool }: CallRecord): void {
  const isOwn = seesAllCalls(caller) || actor === caller?.name;
  if (!isOwn || (tool !== null && !mayUseTool(caller, tool))) throw new TenonError('call_not_found', { id });
}

function visibleTo(caller: Who): Pick<CallListFilter, 'actor' | 'tools'> {
  return {
    ...(caller === null || seesAllCalls(caller) ? {} : { actor: caller.name }),
    ...(caller?.tools === undefined ? {} : { tools: caller.tools }),
  };
}

/** 429 or 503 for a call that failed for want of an engine, so that clients come back by themselves; else null. */
function engineStatus({ status, error }: CallResult): 429 | 503 | null {
  if (status !== 'failed' || error === undefined || !ENGINE_BUSY.has(error.code)) return null;
  return error.code === 'queue_full' ? 429 : 503;
}

const ENGINE_BUSY: ReadonlySet<string> = new Set<ErrorCode>([
  'queue_full',
  'engine_timeout',
  'engine_unavailable',
  'engine_run_failed',
]);

/** `?status=&tool=&since=`. */
function readFilter(c: GatewayContext): CallListFilter {
  const { status, tool, since } = c.req.query();
  if (since && Number.isNaN(Date.parse(since))) {
    throw invalid('since', `"since" is no moment in time: ${since}.`);
  }
  return { ...readStatus(status), ...(tool ? { tool } : {}), ...(since ? { since } : {}) };
}

function readStatus(status: string | undefined): Pick<CallListFilter, 'status'> {
  if (!status) return {};
  if (isState(status)) return { status };
  throw invalid('status', `"${status}" is no state of a call.`);
}

function invalid(param: string, reason: string): TenonError {
  return new TenonError('invalid_request', { reason }, { param });
}

function refuseContradiction({ tool, tools }: CallRequest): void {
  if (tool !== undefined && tools !== undefined) {
    throw invalid('tools', 'Give "tool" (this one) or "tools" (choose among these), not both.');
  }
}
