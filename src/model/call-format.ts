import { randomUUID } from 'node:crypto';
import { TenonError } from '../errors.ts';
import type { ChatTemplate, TemplateTool } from './chat-template.ts';
import { guardStrings, unguard } from './guard.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * A prompt with a hole for the request. Everything up to the last special token before the hole is `head`, the
 * same for every request; `lead` and `tail` are template text that touches the request and is tokenized with it.
 */
export interface Prompt {
  readonly head: readonly number[];
  readonly lead: string;
  readonly tail: string;
  readonly rest: readonly number[];
}

/** How a model writes a call, as its own chat template has it. */
export interface CallFormat {
  /** Tokens between the prompt and the call's text: `<call>`, or a header and `<tool_call>`. */
  readonly opening: readonly number[];
  /** Text around the arguments, as tokens write it: `{"name":"NAME","arguments":` and `}`. */
  readonly prefix: string;
  readonly suffix: string;
  /** Whether the template writes a space after each comma and colon of the arguments. */
  readonly spaced: boolean;
  /** The special token after the suffix (`</tool_call>`, `<|im_end|>`): with it the call is written. */
  readonly closing: number | null;
  /** Tokens that stand where `opening` would, when no tool fits; null where the template has none of its own. */
  readonly none: readonly number[] | null;
}

export function promptTokens(prompt: Prompt, tokenizer: Tokenizer, input: string): readonly number[] {
  return [...prompt.head, ...tokenizer.encodeText(prompt.lead + input + prompt.tail), ...prompt.rest];
}

// Unguessable, so that no tool's text can hold them.
const INPUT = `input${randomUUID()}`;
const ARGUMENT = `argument${randomUUID()}`;
const ANOTHER = `another${randomUUID()}`;
/** The two arguments as JSON; what stands after the first colon and the comma is caught. */
const ARGUMENTS = new RegExp(
  `\\{\\s*"${ARGUMENT}"\\s*:(\\s*)"${ARGUMENT}"\\s*,(\\s*)"${ANOTHER}"\\s*:\\s*0\\s*\\}`,
);

/** Throws `model_unsupported` where the template changes or repeats the request. */
export function compilePrompt(
  template: ChatTemplate,
  tokenizer: Tokenizer,
  tools: readonly TemplateTool[],
): Prompt {
  const text = renderPrompt(template, tokenizer, tools);
  const [before, after, ...more] = text.split(INPUT);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new TenonError('model_unsupported', {
      feature: 'a chat template that does not show the request once',
    });
  }
  const head = cutAfterLastSpecial(before, tokenizer);
  const rest = cutBeforeFirstSpecial(after, tokenizer);
  return {
    head: encode(tokenizer, head.markup),
    lead: unguard(head.text),
    tail: unguard(rest.text),
    rest: encode(tokenizer, rest.markup),
  };
}

/**
 * Renders a call with marked arguments and takes the text around them. Throws `model_unsupported` where the
 * template does not write arguments as one JSON object.
 */
export function compileCallFormat(
  template: ChatTemplate,
  tokenizer: Tokenizer,
  tool: TemplateTool,
  eos: readonly number[],
): CallFormat {
  const [guarded] = guardStrings([tool], tokenizer.added) as [TemplateTool];
  const base = renderPrompt(template, tokenizer, [tool]);
  const user = { role: 'user', content: INPUT } as const;
  const answer = (call?: { name: string; arguments: unknown }) => {
    const text = template.render(
      [user, { role: 'assistant', content: '', ...(call && { call }) }],
      [guarded],
    );
    if (text.startsWith(base)) return text.slice(base.length);
    throw new TenonError('model_unsupported', {
      feature: 'a chat template whose answers do not follow the request',
    });
  };

  const call = answer({ name: guarded.name, arguments: { [ARGUMENT]: ARGUMENT, [ANOTHER]: 0 } });
  const json = ARGUMENTS.exec(call);
  if (!json)
    throw new TenonError('model_unsupported', { feature: 'a chat template whose arguments are not JSON' });
  const opening = cutAfterLastSpecial(call.slice(0, json.index), tokenizer);
  const closing = cutBeforeFirstSpecial(call.slice(json.index + json[0].length), tokenizer);
  return {
    opening: encode(tokenizer, opening.markup),
    prefix: asWritten(tokenizer, unguard(opening.text)),
    suffix: unguard(closing.text),
    spaced: json[1] === ' ' && json[2] === ' ',
    closing: encode(tokenizer, closing.markup)[0] ?? null,
    none: noneTokens(tokenizer, encode(tokenizer, answer()), encode(tokenizer, opening.markup), eos),
  };
}

/** Read and written back, the arguments' first brace with it: a tokenizer may put a space before a text. */
function asWritten(tokenizer: Tokenizer, prefix: string): string {
  return tokenizer.decode(tokenizer.encodeText(`${prefix}{`)).slice(0, -1);
}

/**
 * The special token that an empty answer has and a call has not, with what leads to it. Null where there is none, or
 * only the end: a template without a word for "none" leaves silence, and models without one answer in prose.
 */
function noneTokens(
  tokenizer: Tokenizer,
  empty: readonly number[],
  opening: readonly number[],
  eos: readonly number[],
): readonly number[] | null {
  const at = empty.findIndex((token, i) => token !== opening[i]);
  const isWord = tokenizer.added.some(({ id }) => id === empty[at] && !eos.includes(id));
  return isWord ? empty.slice(0, at + 1) : null;
}

function renderPrompt(template: ChatTemplate, tokenizer: Tokenizer, tools: readonly TemplateTool[]): string {
  return template.render([{ role: 'user', content: INPUT }], guardStrings(tools, tokenizer.added));
}

function encode(tokenizer: Tokenizer, markup: string): readonly number[] {
  return tokenizer.encodeMarkup(markup, unguard);
}

interface Cut {
  /** Begins or ends with a special token, or is empty. */
  readonly markup: string;
  readonly text: string;
}

function cutAfterLastSpecial(text: string, tokenizer: Tokenizer): Cut {
  const at = Math.max(
    0,
    ...tokenizer.added.map(({ content }) => {
      const index = text.lastIndexOf(content);
      return index < 0 ? 0 : index + content.length;
    }),
  );
  return { markup: text.slice(0, at), text: text.slice(at) };
}

function cutBeforeFirstSpecial(text: string, tokenizer: Tokenizer): Cut {
  const found = tokenizer.added.map(({ content }) => text.indexOf(content)).filter((index) => index >= 0);
  const at = Math.min(text.length, ...found);
  return { text: text.slice(0, at), markup: text.slice(at) };
}
