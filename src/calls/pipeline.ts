import type { Generation } from '../engine/types.ts';
import { TenonError } from '../errors.ts';
import type { Tool } from '../tools/types.ts';
import { fail } from './fail.ts';
import { release } from './forward.ts';
import { generateArguments } from './generate.ts';
import { CERTAIN, takeArguments } from './given-arguments.ts';
import { judge } from './judge.ts';
import type { OpenCall } from './open-call.ts';
import { park } from './park.ts';
import { policyReason } from './policy.ts';
import type { CallPorts } from './ports.ts';
import { selectTool } from './select.ts';

/**
 * A received call to its end: select, generate, judge, and out, or to a person. Whatever goes wrong ends in a state;
 * only the store's own failure is thrown. `signal` ends the call as long as nothing was sent; `modelDone` is
 * called when it needs the model no longer.
 */
export async function runPipeline(
  ports: CallPorts,
  call: OpenCall,
  candidates: readonly Tool[],
  now: Date,
  signal: AbortSignal | undefined,
  modelDone: () => void = () => undefined,
): Promise<void> {
  try {
    await run(ports, call, candidates, now, signal, modelDone);
  } catch (error) {
    // Once it is forwarding, what happens to the call is recorded there; an error here is the store's.
    if (call.state === 'forwarding') throw error;
    await fail(call, signal?.aborted ? new TenonError('cancelled') : error, {
      onError: ports.options?.onError,
    });
  }
}

async function run(
  ports: CallPorts,
  call: OpenCall,
  candidates: readonly Tool[],
  now: Date,
  signal: AbortSignal | undefined,
  modelDone: () => void,
): Promise<void> {
  signal?.throwIfAborted();
  const written = await writeArguments(ports, call, candidates, now, signal);
  if (written === null) return;
  const { tool, generation } = written;
  modelDone();
  const judgement = await judge(ports, call, tool, generation);
  if (!judgement.fits) {
    const { arguments: args, validation, reason } = judgement;
    return await park(call, reason, { arguments: jsonOrNull(args), validation: jsonOrNull(validation) });
  }

  // A dry run sends nothing, so there is nothing to hold back.
  const confidence = isGiven(call) ? CERTAIN : (call.row.confidence ?? 0);
  const held = call.request.dry_run ? null : policyReason(tool, confidence, generation.fields);
  if (held !== null) {
    const validation = JSON.stringify({ valid: true, errors: [] });
    return await park(call, held, { arguments: JSON.stringify(judgement.arguments), validation });
  }

  signal?.throwIfAborted();
  await release(ports, call, tool, judgement.arguments, {});
}

/** The tool and its arguments' text, both by the adapters as they are now; null where no tool fits. */
async function writeArguments(
  ports: CallPorts,
  call: OpenCall,
  candidates: readonly Tool[],
  now: Date,
  signal: AbortSignal | undefined,
): Promise<{ readonly tool: Tool; readonly generation: Generation } | null> {
  const adapters = ports.adapters.hold(candidates.flatMap(({ adapter }) => adapter ?? []));
  try {
    const held = { ...ports, adapters };
    const tool = await selectTool(held, call, candidates, signal);
    if (tool === null) return null;
    if (isGiven(call)) return { tool, generation: await takeArguments(call, tool) };
    return { tool, generation: await generateArguments(held, call, tool, now, signal) };
  } finally {
    adapters.release();
  }
}

function isGiven(call: OpenCall): boolean {
  return call.request.arguments !== undefined;
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
