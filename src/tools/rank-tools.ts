import { createSearchIndex, type SearchableTool } from './search-index.ts';

/**
 * Of tools that are not registered, the `limit` that fit a text best by full-text search, in the order they came
 * where there are no more than that.
 */
export function rankTools<T extends SearchableTool>(
  tools: readonly T[],
  text: string,
  limit: number,
): readonly T[] {
  if (tools.length <= limit) return tools;
  const index = createSearchIndex();
  for (const tool of tools) index.put(tool);
  const best = new Set(index.search(text));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  for (const tool of tools) best.add(tool.name);
  return [...best].slice(0, limit).map((name) => byName.get(name)!);
}
