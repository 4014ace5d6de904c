import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { TenonError } from '../errors.ts';
import { isObject, readJsonObject } from './read-json.ts';
import { type CallStyle, withToolStyle } from './tool-style.ts';

/** A function as a chat template sees it; without `parameters`, a tool its adapter knows by heart. */
export interface TemplateTool {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: unknown;
}

export type TemplateMessage =
  | { readonly role: 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      readonly call?: { readonly name: string; readonly arguments: unknown };
    };

export interface ChatTemplate {
  /** The text of a conversation, special tokens written out. Throws `model_invalid` where the template fails. */
  render(messages: readonly TemplateMessage[], tools: readonly TemplateTool[]): string;
}

const FILE = 'chat_template.jinja';
/** Where models that also see once had it. */
const JSON_FILE = 'chat_template.json';

/**
 * Reads chat_template.jinja, or `chat_template` of chat_template.json or tokenizer_config.json. A template that knows no tools is given
 * them in the request's text: see tool-style.ts.
 */
export function loadChatTemplate(folder: string): ChatTemplate {
  const config = readJsonObject(join(folder, 'tokenizer_config.json'));
  const source =
    readIfThere(join(folder, FILE)) ?? inJson(join(folder, JSON_FILE)) ?? inConfig(config.chat_template);
  if (source === undefined)
    throw new TenonError('model_unsupported', { feature: 'a model without a chat template' });
  const specials = { bos_token: content(config.bos_token), eos_token: content(config.eos_token) };
  return compileChatTemplate(source, specials);
}

/** `specials`: what the template's own variables stand for. Throws `model_invalid` where it does not parse. */
export function compileChatTemplate(
  source: string,
  specials: Readonly<Record<string, string>>,
): ChatTemplate {
  const fail = (cause: unknown) =>
    new TenonError(
      'model_invalid',
      { file: FILE, reason: cause instanceof Error ? cause.message : 'it fails' },
      { cause },
    );
  let template: Template;
  try {
    template = new Template(source);
  } catch (cause) {
    throw fail(cause);
  }
  return withToolStyle((style) => ({
    render(messages, tools) {
      try {
        return template.render({
          ...specials,
          messages: messages.map((message) => templateMessage(message, style)),
          // Absent rather than empty: some templates ask only whether there are any.
          tools: tools.length > 0 ? tools.map((tool) => ({ type: 'function', function: tool })) : null,
          add_generation_prompt: false,
        });
      } catch (cause) {
        throw fail(cause);
      }
    },
  }));
}

/** Mistral's templates insist on nine letters or digits. */
const CALL_ID = 'call00000';

function templateMessage(message: TemplateMessage, style: CallStyle): unknown {
  if (message.role === 'user' || !message.call) return { role: message.role, content: message.content };
  const { name, arguments: values } = message.call;
  if (style === 'content')
    return {
      role: 'assistant',
      content: `{"name": ${JSON.stringify(name)}, "arguments": ${JSON.stringify(values)}}`,
    };
  const written = style === 'text' ? JSON.stringify(values) : values;
  const call = { id: CALL_ID, type: 'function', function: { name, arguments: written } };
  return { role: 'assistant', content: message.content, tool_calls: [call] };
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function inJson(path: string): string | undefined {
  return existsSync(path) ? inConfig(readJsonObject(path).chat_template) : undefined;
}

/** Several named templates: the one for tools, else the default. */
function inConfig(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = new Map(value.filter(isObject).map(({ name, template }) => [name, template]));
  const chosen = named.get('tool_use') ?? named.get('default');
  return typeof chosen === 'string' ? chosen : undefined;
}

function content(token: unknown): string {
  if (typeof token === 'string') return token;
  return isObject(token) && typeof token.content === 'string' ? token.content : '';
}
