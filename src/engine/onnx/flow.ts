import type { GenerateRequest, SelectRequest } from '../types.ts';

/** Whose share of the engine a request uses: its tool's; a selection's, which is no tool's yet, its candidates'. */
export function flowOf(request: SelectRequest | GenerateRequest): string {
  if ('tool' in request) return request.tool.name;
  return JSON.stringify(request.candidates.map(({ name }) => name).sort());
}
