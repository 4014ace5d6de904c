import type { Completion } from './types.ts';

/** The answer in one piece, as OpenAI's `chat.completion`. */
export function toChatCompletion(completion: Completion): object {
  const { content, refusal, call, finish } = completion;
  const message = {
    role: 'assistant',
    content,
    refusal,
    annotations: [],
    ...(call === null ? {} : { tool_calls: [{ id: call.id, type: 'function', function: functionOf(call) }] }),
  };
  return {
    ...head(completion, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: toUsage(completion),
  };
}

/** The answer in pieces, as OpenAI's `chat.completion.chunk`s: who speaks, what in fragments, why it ended, the cost. */
export function* toChunks(completion: Completion, includeUsage: boolean): Generator<object> {
  const { content, refusal, call, finish } = completion;
  const base = head(completion, 'chat.completion.chunk');
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    ...(includeUsage ? { usage: null } : {}),
  });

  if (call !== null) {
    const opened = { index: 0, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
    yield chunk({ role: 'assistant', content: null, tool_calls: [opened], refusal: null });
    for (const piece of fragments(call.arguments)) {
      yield chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
    }
  } else {
    yield chunk({ role: 'assistant', content: content === null ? null : '', refusal: null });
    for (const piece of fragments(content ?? '')) yield chunk({ content: piece });
    for (const piece of fragments(refusal ?? '')) yield chunk({ refusal: piece });
  }
  yield chunk({}, finish);
  if (includeUsage) yield { ...base, choices: [], usage: toUsage(completion) };
}

function head({ id, created, model, fingerprint }: Completion, object: string) {
  return { id, object, created, model, system_fingerprint: fingerprint };
}

function functionOf({ name, arguments: text }: NonNullable<Completion['call']>) {
  return { name, arguments: text };
}

function toUsage({ usage: { prompt_tokens, completion_tokens } }: Completion): object {
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

const FRAGMENT = 24;

/** Pieces of a text; none ends inside a character. */
function* fragments(text: string): Generator<string> {
  const characters = [...text];
  for (let at = 0; at < characters.length; at += FRAGMENT) {
    yield characters.slice(at, at + FRAGMENT).join('');
  }
}
