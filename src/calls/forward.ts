import { setTimeout as sleep } from 'node:timers/promises';
import { TenonError } from '../errors.ts';
import type { Tool } from '../tools/types.ts';
import type { UpstreamAnswer, UpstreamSpec } from '../upstream/types.ts';
import { fail } from './fail.ts';
import type { Arguments } from './judge.ts';
import type { Also, OpenCall } from './open-call.ts';
import { park } from './park.ts';
import type { CallPorts } from './ports.ts';
import { type Attempt, repetition } from './repeat.ts';

const VALID = JSON.stringify({ valid: true, errors: [] });

/**
 * Valid arguments leave: to the tool's upstream, or nowhere for a dry run and for a tool without one. That they are
 * about to leave is durable before they do. `also` becomes durable with that.
 */
export async function release(
  ports: CallPorts,
  call: OpenCall,
  tool: Tool,
  args: Arguments,
  data: object,
  also?: Also,
): Promise<void> {
  // What an earlier attempt was answered stands in its event.
  const changes = {
    arguments: JSON.stringify(args),
    validation: VALID,
    upstream_status: null,
    upstream_body: null,
  };
  if (tool.upstream === undefined || call.request.dry_run === true) {
    await call.advance(
      'validated',
      changes,
      { ...data, ...(tool.upstream === undefined ? { upstream: null } : { dry_run: true }) },
      also,
    );
    return;
  }
  const attempts = call.row.attempts + 1;
  const key = idempotencyKey(call.id, attempts);
  await call.advance(
    'forwarding',
    { ...changes, attempts },
    { ...data, attempt: attempts, idempotency_key: key, arguments: args },
    also,
  );
  await send(ports, call, tool.upstream, args);
}

/** A new decision to send is a new key: an upstream would answer the old one with what it said then. */
function idempotencyKey(id: string, attempt: number): string {
  return `${id}-${attempt}`;
}

/** Sends a call that is durably `forwarding`, and records what came of it. */
export async function send(
  ports: CallPorts,
  call: OpenCall,
  spec: UpstreamSpec,
  args: Arguments,
): Promise<void> {
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  let attempt = await sendOnce(ports, call, spec, args);
  for (let times = 1; ; times++) {
    const again = repetition(spec, attempt, times, elapsed());
    if (again === null) break;
    const { wait, after } = again;
    await sleep(wait);
    // A repetition is written down before it leaves, like the first.
    await call.advance('forwarding', {}, { attempt: call.row.attempts, resent: true, after, wait_ms: wait });
    attempt = await sendOnce(ports, call, spec, args);
  }
  call.spend({ timings: { forward_ms: elapsed() } });
  if ('error' in attempt) await fail(call, attempt.error, { onError: ports.options?.onError });
  else await recordAnswer(call, spec, attempt.answer);
}

async function sendOnce(
  ports: CallPorts,
  call: OpenCall,
  spec: UpstreamSpec,
  args: Arguments,
): Promise<Attempt> {
  try {
    const key = idempotencyKey(call.id, call.row.attempts);
    return { answer: await ports.upstream.send(spec, args, { idempotencyKey: key }) };
  } catch (error) {
    return { error };
  }
}

async function recordAnswer(
  call: OpenCall,
  spec: UpstreamSpec,
  { status, body }: UpstreamAnswer,
): Promise<void> {
  const changes = { upstream_status: status, upstream_body: JSON.stringify(body ?? null) };
  const data = { upstream: { status, body } };
  const origin = new URL(spec.url).origin;
  if (status >= 200 && status < 300) return await call.advance('forwarded', changes, data);
  if (status >= 500)
    return await fail(call, new TenonError('upstream_failed', { origin, status }), { changes, data });
  const issues = [{ pointer: '', keyword: 'upstream', message: excerpt(body) }];
  await park(
    call,
    { kind: 'upstream_rejected', message: `${origin} answered ${status}.`, issues },
    changes,
    data,
  );
}

/** Enough for a person to see why; the whole is in the call. */
function excerpt(body: unknown): string {
  if (body == null || body === '') return 'with an empty body';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
