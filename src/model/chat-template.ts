import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { TenonError } from '../errors.ts';
import { isObject, readJsonObject } from './read-json.ts';

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

/** Reads chat_template.jinja, or `chat_template` of tokenizer_config.json. */
export function loadChatTemplate(folder: string): ChatTemplate {
  const config = readJsonObject(join(folder, 'tokenizer_config.json'));
  const source = existsSync(join(folder, FILE))
    ? readFileSync(join(folder, FILE), 'utf8')
    : inConfig(config.chat_template);
  if (source === undefined)
    throw new TenonError('model_unsupported', { feature: 'a model without a chat template' });
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
  const specials = { bos_token: content(config.bos_token), eos_token: content(config.eos_token) };
  return {
    render(messages, tools) {
      try {
        return template.render({
          ...specials,
          messages: messages.map(templateMessage),
          tools: tools.map((tool) => ({ type: 'function', function: tool })),
          add_generation_prompt: false,
        });
      } catch (cause) {
        throw fail(cause);
      }
    },
  };
}

function templateMessage(message: TemplateMessage): unknown {
  if (message.role === 'user' || !message.call) return { role: message.role, content: message.content };
  return { ...message, call: undefined, tool_calls: [{ type: 'function', function: message.call }] };
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
