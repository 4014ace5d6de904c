import { TenonError } from '../../errors.ts';
import { type Model, promptTokens } from '../../model/index.ts';
import type { ToolContext } from './tool-contexts.ts';

/** A call to one tool as far as it needs no model: the prompt, and what is forced of the answer (`context`). */
export interface CallStart {
  readonly context: ToolContext;
  /** The prompt with the request in it, then the call's opening. */
  readonly prompt: readonly number[];
  /** How many of `prompt`'s first tokens are the same for every request. */
  readonly shared: number;
  /** How many of `prompt`'s last tokens are the opening. */
  readonly opening: number;
  /** The request's own tokens. */
  readonly request: readonly number[];
}

/** Room that a prompt must leave for an answer, in tokens. */
const LEAST_ROOM = 16;
/** No tokenizer's tokens are longer on average: what is longer than this need not be tokenized to be refused. */
const MOST_CHARACTERS_A_TOKEN = 32;

/** Throws `input_too_long`. */
export function startCall(context: ToolContext, model: Model, input: string): CallStart {
  const { tokenizer, config } = model;
  checkLength(Math.floor(input.length / MOST_CHARACTERS_A_TOKEN), config.context);
  const { opening } = context.format;
  const prompt = [...promptTokens(context.prompt, tokenizer, input), ...opening];
  checkLength(prompt.length + context.forced.length, config.context);
  return {
    context,
    prompt,
    shared: context.prompt.head.length,
    opening: opening.length,
    request: tokenizer.encodeText(input),
  };
}

export function checkLength(tokens: number, context: number): void {
  if (tokens + LEAST_ROOM > context)
    throw new TenonError('input_too_long', { tokens, limit: context - LEAST_ROOM });
}
