import type { Generation } from '../engine/types.ts';
import type { Tool } from '../tools/types.ts';
import { engineTool } from './engine-tool.ts';
import { ground } from './grounding.ts';
import type { OpenCall } from './open-call.ts';
import type { OneCallPorts } from './ports.ts';
import { formatOffset, offsetAt } from './zone.ts';

/** Text to arguments, under the tool's grammar and with its adapter. What they are worth is judged later. */
export async function generateArguments(
  ports: OneCallPorts,
  call: OpenCall,
  tool: Tool,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<Generation> {
  const grounded = ground(call.request.input, tool.parameters, now, zoneOf(call.request.now, now, ports));
  const described = engineTool(tool, ports.adapters);
  const { maxTokens } = ports.options ?? {};
  const request = { input: grounded, tool: described, ...(maxTokens === undefined ? {} : { maxTokens }) };
  const generation = await ports.engine.generate(request, signal ? { signal } : {});
  call.spend({ usage: generation.usage, timings: generation.timings });

  const adapter = {
    adapter_name: described.adapter ? (tool.adapter ?? null) : null,
    adapter_digest: described.adapter ?? null,
  };
  const { text, finish, fields } = generation;
  const confidence = (call.row.confidence ?? 1) * generation.confidence;
  const missing =
    tool.adapter !== undefined && described.adapter === undefined ? { adapter_missing: tool.adapter } : {};
  await call.advance(
    'generated',
    { grounded, text, confidence, ...adapter },
    { finish, confidence: generation.confidence, fields, ...missing },
  );
  return generation;
}

/**
 * The zone that the text's times are meant in. A client that gives `now` with its own offset means its own clock; if
 * the gateway's zone has that offset then, the zone is better, since it knows when clocks change.
 */
function zoneOf(given: string | undefined, now: Date, { options }: OneCallPorts): string {
  const zone = options?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const offset = /[+-]\d\d:\d\d$/.exec(given ?? '')?.[0];
  return offset === undefined || offset === formatOffset(offsetAt(now, zone)) ? zone : offset;
}
