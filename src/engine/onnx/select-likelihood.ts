import type { EngineTool } from '../types.ts';
import { startCall } from './call-start.ts';
import { readStarts, type StartedRow, sequenceLogProbability } from './read-starts.ts';
import { type Scored, type SelectInput, withoutAdapter } from './selector.ts';

/** What a request that fits no tool is a request for. */
const OTHER: EngineTool = {
  name: 'other',
  description: 'Anything else',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
};

/**
 * ln of the prior odds of "none" against any one tool. Where requests are meant for the tools, their likelihood
 * is above `other`'s by more than this nine times in ten; three in four idle remarks stay below (docs/performance.md).
 */
const NONE_LOG_PRIOR = 2.5;

/**
 * By Bayes' rule: P(tool | request) ∝ P(request | tool). The bare model reads each signature, and the tool under
 * which the request was least surprising is the one that was meant; "none" is a tool for anything else.
 * A small model is far better at this direction: it has learnt from every token of every request, and from no
 * more than one name a request in the other. Probabilities and none's add up to 1.
 */
export async function selectLikelihood(input: SelectInput): Promise<Scored> {
  const starts = [...input.candidates.map(withoutAdapter), OTHER].map((tool) =>
    startCall(input.contexts.get(tool), input.model, input.request),
  );
  const started = await readStarts(starts, { to: 'request', wanted: 'all' }, input);
  const scores = started.map(requestLogProbability);
  scores[scores.length - 1]! += NONE_LOG_PRIOR;
  const max = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - max));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    probabilities: weights.slice(0, -1).map((weight) => weight / total),
    none: weights.at(-1)! / total,
    started: started.slice(0, -1),
    promptTokens: starts.reduce((sum, { prompt }) => sum + prompt.length, 0),
  };
}

/** ln P(request | signature) */
function requestLogProbability({ start, logprobs }: StartedRow): number {
  const request = start.prompt.slice(start.shared, start.prompt.length - start.opening);
  return sequenceLogProbability(logprobs, request);
}
