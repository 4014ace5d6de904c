import { TenonError } from '../../errors.ts';
import { invalid, isRecord, unsupported } from './refuse.ts';

const ROLES = ['developer', 'system', 'user', 'assistant', 'tool', 'function'];
/** As `input` of POST /v1/calls. */
const LONGEST = 100_000;

/**
 * The models that fit here are taught one request at a time: the last message, which must be the user's, is the
 * request. What stands before it is checked for its shape and not read. Throws `invalid_request`,
 * `unsupported_parameter`, `text_unsupported`.
 */
export function readMessages(messages: readonly Readonly<Record<string, unknown>>[]): {
  readonly input: string;
  readonly unread: number;
} {
  for (const [i, { role }] of messages.entries()) {
    if (typeof role !== 'string' || !ROLES.includes(role)) {
      throw invalid(`messages.${i}.role`, `"role" must be one of ${ROLES.join(', ')}.`);
    }
  }
  const at = messages.length - 1;
  const last = messages[at]!;
  if (last.role !== 'user') {
    const reason = `the last message is of the role ${last.role}, and only prose could follow it`;
    throw new TenonError('text_unsupported', { reason }, { param: `messages.${at}.role` });
  }
  const input = textOf(last.content, `messages.${at}.content`);
  if (input.trim() === '') throw invalid(`messages.${at}.content`, 'The last message says nothing.');
  if (input.length > LONGEST) {
    throw invalid(`messages.${at}.content`, `The last message is longer than ${LONGEST} characters.`);
  }
  return { input, unread: at };
}

function textOf(content: unknown, at: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalid(at, '"content" must be a text or a list of parts.');
  return content.map((part: unknown, i) => partText(part, `${at}.${i}`)).join('\n');
}

function partText(part: unknown, at: string): string {
  if (!isRecord(part) || typeof part.type !== 'string') throw invalid(at, 'A part is {type, …}.');
  if (part.type !== 'text')
    throw unsupported(`${at}.type`, `the model reads text, and no ${part.type.slice(0, 40)}`);
  if (typeof part.text !== 'string') throw invalid(`${at}.text`, '"text" must be a text.');
  return part.text;
}
