import type { EngineTool } from '../engine/types.ts';
import type { Tool } from '../tools/types.ts';
import type { AdapterLookup } from './ports.ts';

/** What the engine is told of a tool. A tool whose adapter is not there yet is served by the base model. */
export function engineTool(tool: Tool, adapters: AdapterLookup): EngineTool {
  const adapter = tool.adapter === undefined ? null : adapters.digestOf(tool.adapter);
  const { name, description, parameters } = tool;
  return adapter === null ? { name, description, parameters } : { name, description, parameters, adapter };
}
