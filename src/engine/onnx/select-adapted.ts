import type { EngineTool } from '../types.ts';
import { selectEach } from './select-each.ts';
import { selectLikelihood } from './select-likelihood.ts';
import type { Scored, SelectInput, Selector } from './selector.ts';

const NOBODY: Scored = { probabilities: [], none: 1, promptTokens: 0, started: [] };

/**
 * A tool's own adapter knows best whether a request is for it: it has learnt from requests that are and from others
 * that are not. So tools with adapters are judged first, each by its own (`each`); what probability they leave, 1 − the
 * surest of them, is shared among tools without adapters and "none", by how well they explain the request
 * (`likelihood`). Where an adapter is surer than one half no other tool can win, and the rest is "none"'s unasked.
 */
export async function selectAdapted(input: SelectInput): Promise<Scored> {
  const adapted = input.candidates.filter(({ adapter }) => adapter !== undefined);
  const bare = input.candidates.filter(({ adapter }) => adapter === undefined);
  const first = await judge(selectEach, adapted, input);
  const second = first.none < 0.5 ? unasked(bare) : await judge(selectLikelihood, bare, input);

  const byTool = new Map<
    EngineTool,
    { probability: number; started: Scored['started'][number] | undefined }
  >();
  adapted.forEach((tool, i) => {
    byTool.set(tool, { probability: first.probabilities[i]!, started: first.started[i] });
  });
  bare.forEach((tool, i) => {
    byTool.set(tool, { probability: first.none * second.probabilities[i]!, started: second.started[i] });
  });
  const found = input.candidates.map((tool) => byTool.get(tool)!);
  return {
    probabilities: found.map(({ probability }) => probability),
    none: first.none * second.none,
    promptTokens: first.promptTokens + second.promptTokens,
    started: found.map(({ started }) => started),
  };
}

async function judge(
  select: Selector,
  candidates: readonly EngineTool[],
  input: SelectInput,
): Promise<Scored> {
  return candidates.length === 0 ? NOBODY : await select({ ...input, candidates });
}

function unasked(tools: readonly EngineTool[]): Scored {
  return { ...NOBODY, probabilities: tools.map(() => 0) };
}
