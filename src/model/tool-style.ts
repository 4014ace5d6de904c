import { randomUUID } from 'node:crypto';
import { TenonError } from '../errors.ts';
import type { ChatTemplate, TemplateMessage, TemplateTool } from './chat-template.ts';

/** How a template takes the arguments of a call: as a value, as JSON text, or not at all: the call is its content. */
export type CallStyle = 'value' | 'text' | 'content';

// Unguessable, so that no template can hold it.
const MARK = `mark${randomUUID()}`;
const USER: TemplateMessage = { role: 'user', content: 'request' };

/**
 * What a template does with tools and calls is found by trying. Where it shows no tools they are written into the
 * request, and where it writes no calls the call is the answer's text: so a model that was never trained on tools
 * has them too.
 */
export function withToolStyle(make: (style: CallStyle) => ChatTemplate): ChatTemplate {
  const style = (['value', 'text'] as const).find((tried) => writesCalls(make(tried))) ?? 'content';
  const template = make(style);
  if (showsTools(template)) return template;
  return {
    render: (messages, tools) =>
      template.render(
        messages.map((message) => (message.role === 'user' ? withTools(message.content, tools) : message)),
        [],
      ),
  };
}

function writesCalls(template: ChatTemplate): boolean {
  const call = { name: 'probe', arguments: { [MARK]: MARK } };
  // As text the object would be a string within a string, its quotes escaped.
  const text = tryToRender(template, [USER, { role: 'assistant', content: '', call }]);
  return text.includes(`"${MARK}"`) || (text.includes(MARK) && !text.includes(`\\"${MARK}`));
}

function showsTools(template: ChatTemplate): boolean {
  return tryToRender(template, [USER], [{ name: MARK, parameters: {} }]).includes(MARK);
}

/** Templates raise errors of their own for what they do not take. */
function tryToRender(
  template: ChatTemplate,
  messages: readonly TemplateMessage[],
  tools: readonly TemplateTool[] = [],
): string {
  try {
    return template.render(messages, tools);
  } catch (error) {
    if (error instanceof TenonError) return '';
    throw error;
  }
}

function withTools(request: string, tools: readonly TemplateTool[]): TemplateMessage {
  if (tools.length === 0) return { role: 'user', content: request };
  const listed = tools.map((tool) => JSON.stringify(tool)).join('\n');
  const content = [
    `Tools, with their parameters as JSON Schema:\n${listed}`,
    'Answer with a call of one tool and nothing else: {"name": NAME, "arguments": {…}}',
    request,
  ];
  return { role: 'user', content: content.join('\n\n') };
}
