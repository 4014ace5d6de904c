import { TenonError } from '../errors.ts';
import type { Registry, Tool } from '../tools/types.ts';
import type { CallRequest } from './types.ts';

/**
 * The tools a call may become: the one it names, some of those it lists, or some of all, as far as `allowed` goes.
 * Throws `tool_not_found`, `tool_not_allowed`, `no_tools_registered`.
 */
export async function findCandidates(
  registry: Registry,
  request: CallRequest,
  limit: number,
  allowed?: readonly string[],
): Promise<readonly Tool[]> {
  const named = request.tool === undefined ? request.tools : [request.tool];
  for (const name of named ?? []) checkAllowed(name, allowed);
  if (request.tool !== undefined) return [await registry.get(request.tool)];
  const tools =
    request.tools === undefined
      ? (await registry.list()).filter(({ name }) => allowed?.includes(name) ?? true)
      : await getAll(registry, request.tools);
  if (tools.length === 0) throw new TenonError('no_tools_registered');
  if (tools.length <= limit) return tools;
  const listed = request.tools !== undefined || allowed !== undefined;
  return await narrow(registry, request, tools, limit, listed);
}

function checkAllowed(name: string, allowed: readonly string[] | undefined): void {
  if (allowed === undefined || allowed.includes(name)) return;
  throw new TenonError('tool_not_allowed', { tool: name.slice(0, 64) }, { param: 'tool' });
}

async function getAll(registry: Registry, names: readonly string[]): Promise<readonly Tool[]> {
  if (names.length === 0) {
    const reason = '"tools" is empty: name at least one tool, or leave it out to choose among all.';
    throw new TenonError('invalid_request', { reason }, { param: 'tools' });
  }
  return await Promise.all([...new Set(names)].map((name) => registry.get(name)));
}

/** By full-text search; where no word of the text is found in any tool, the first ones, for the model to decide. */
async function narrow(
  registry: Registry,
  request: CallRequest,
  tools: readonly Tool[],
  limit: number,
  listed: boolean,
): Promise<readonly Tool[]> {
  if (!listed) {
    const found = await registry.search(request.input, limit);
    return found.length > 0 ? found : tools.slice(0, limit);
  }
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const everything = await registry.search(request.input, Number.MAX_SAFE_INTEGER);
  const found = everything.flatMap((tool) => known.get(tool.name) ?? []).slice(0, limit);
  return found.length > 0 ? found : tools.slice(0, limit);
}
