import { type CallStart, startCall } from './call-start.ts';
import { readStarts, type StartedRow, sequenceLogProbability } from './read-starts.ts';
import type { Scored, SelectInput } from './selector.ts';
import { byOverlap } from './word-overlap.ts';

/** Asked first: those whose registration shares most words with the request. */
const FIRST = 2;
/** Surer than this of one's own adapter, the others are not asked. */
const SURE = 0.97;

/**
 * One versus the rest: every candidate is asked alone, in a row of its own with its own adapter, whether the
 * model would rather begin a call of it or say that nothing fits. Each probability stands for itself (they do
 * not add up to 1), and each row is the beginning of that tool's call.
 *
 * An adapter knows the requests that are its tool's, so two are hardly ever sure of the same one: where one of those
 * that most likely are meant is, the rest stay unasked, with probability 0. Of 282 requests 177 end so, none
 * with another tool than if all had been asked (docs/performance.md).
 */
export async function selectEach(input: SelectInput): Promise<Scored> {
  const { candidates, contexts } = input;
  const adapted = candidates.length > FIRST && candidates.every(({ adapter }) => adapter !== undefined);
  if (!adapted) return await ask(candidates, input);

  const order = byOverlap(
    input.request,
    candidates.map((tool) => contexts.words(tool)),
  );
  const first = order.slice(0, FIRST);
  const scored = await ask(
    first.map((i) => candidates[i]!),
    input,
  );
  const sure = Math.max(...scored.probabilities) >= SURE;
  const rest = sure ? [] : order.slice(FIRST);
  const others = await ask(
    rest.map((i) => candidates[i]!),
    input,
  );
  const place = new Map([...first, ...rest].map((index, at) => [index, at]));
  const probabilities = [...scored.probabilities, ...others.probabilities];
  const started = [...scored.started, ...others.started];
  return {
    probabilities: candidates.map((_, i) => probabilities[place.get(i) ?? -1] ?? 0),
    none: 1 - Math.max(...probabilities),
    started: candidates.map((_, i) => started[place.get(i) ?? -1]),
    promptTokens: scored.promptTokens + others.promptTokens,
  };
}

async function ask(candidates: SelectInput['candidates'], input: SelectInput): Promise<Scored> {
  if (candidates.length === 0) return { probabilities: [], none: 1, started: [], promptTokens: 0 };
  const starts = candidates.map((tool) => startCall(input.contexts.get(tool), input.model, input.request));
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
