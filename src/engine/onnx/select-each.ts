import { type CallStart, startCall } from './call-start.ts';
import { readStarts, type StartedRow, sequenceLogProbability } from './read-starts.ts';
import type { Scored, SelectInput } from './selector.ts';

/**
 * One versus the rest: every candidate is asked alone, in a row of its own with its own adapter, whether the
 * model would rather begin a call of it or say that nothing fits. Each probability stands for itself (they do
 * not add up to 1), and each row is the beginning of that tool's call.
 */
export async function selectEach(input: SelectInput): Promise<Scored> {
  const starts = input.candidates.map((tool) =>
    startCall(input.contexts.get(tool), input.model, input.request),
  );
  const parted = starts.every(partsAtOnce);
  const started = await readStarts(
    starts,
    parted ? { to: 'request', wanted: 'last' } : { to: 'answer', wanted: 'all' },
    input,
  );
  const probabilities = started.map(parted ? openingProbability : callProbability);
  return {
    probabilities,
    none: 1 - Math.max(...probabilities),
    started,
    promptTokens: starts.reduce((sum, { prompt }) => sum + prompt.length, 0),
  };
}

/**
 * Whether one token says if it is a call. Then nothing of the answer need be read: for all candidates together that
 * would be a third of the work, and the name that follows is no question in a prompt that shows one tool.
 */
function partsAtOnce({ prompt, opening, context }: CallStart): boolean {
  const none = context.format.none?.[0];
  return opening > 0 && none !== undefined && prompt[prompt.length - opening] !== none;
}

/** P(the call's first token) / (that + P(none's first)), after the request. */
function openingProbability({ start, logprobs }: StartedRow): number {
  const after = logprobs.at(-1)!;
  const call = after[start.prompt[start.prompt.length - start.opening]!]!;
  const none = after[start.context.format.none![0]!]!;
  return 1 / (1 + Math.exp(none - call));
}

/**
 * p = P(call) / (P(call) + P(none)), both as the model has them after the request; where the model has no word
 * for "none", p = P(call).
 */
function callProbability({ start, logprobs }: StartedRow): number {
  const { forced, naming, format } = start.context;
  const { none } = format;
  const request = start.prompt.length - start.opening - start.shared;
  const after = logprobs.slice(request);
  const opening = start.prompt.slice(start.prompt.length - start.opening);
  const logCall = sequenceLogProbability(after, [...opening, ...forced.slice(0, naming)]);
  return none ? 1 / (1 + Math.exp(sequenceLogProbability(after, none) - logCall)) : Math.exp(logCall);
}
