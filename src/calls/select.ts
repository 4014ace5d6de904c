import type { Tool } from '../tools/types.ts';
import { engineTool } from './engine-tool.ts';
import type { OpenCall } from './open-call.ts';
import type { OneCallPorts } from './ports.ts';

/**
 * Which tool the text asks for; null, and the call ends as `no_tool`, where none fits. A named tool is taken as it is.
 */
export async function selectTool(
  ports: OneCallPorts,
  call: OpenCall,
  candidates: readonly Tool[],
  signal: AbortSignal | undefined,
): Promise<Tool | null> {
  const named = call.request.tool !== undefined ? candidates[0] : undefined;
  if (named !== undefined) {
    await call.advance(
      'selected',
      { tool: named.name, tool_version: named.version },
      { tool: named.name, named: true },
    );
    return named;
  }

  const request = {
    input: call.request.input,
    candidates: candidates.map((tool) => engineTool(tool, ports.adapters)),
  };
  const selection = await ports.engine.select(request, signal ? { signal } : {});
  call.spend({ usage: selection.usage, timings: selection.timings });

  const tool = candidates.find(({ name }) => name === selection.tool) ?? null;
  const { confidence, scores } = selection;
  const chosen = { selection: JSON.stringify(scores), confidence };
  const data = { tool: tool?.name ?? null, confidence, candidates: candidates.map(({ name }) => name) };
  if (tool === null) await call.advance('no_tool', chosen, data);
  else await call.advance('selected', { ...chosen, tool: tool.name, tool_version: tool.version }, data);
  return tool;
}
