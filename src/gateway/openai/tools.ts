import { invalid, isRecord, unsupported } from './refuse.ts';
import type { GivenTool, ToolChoice } from './types.ts';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const LONGEST_DESCRIPTION = 4_096;

/** The functions of a request. What their schemas are worth is `createToolDesk`'s question. */
export function readTools(tools: readonly Readonly<Record<string, unknown>>[]): readonly GivenTool[] {
  const seen = new Set<string>();
  return tools.map((tool, i) => {
    const at = `tools.${i}`;
    if (tool.type === 'custom')
      throw unsupported(`${at}.type`, 'tools take JSON arguments: use type "function"');
    if (tool.type !== 'function') throw invalid(`${at}.type`, '"type" must be "function".');
    if (!isRecord(tool.function)) throw invalid(`${at}.function`, '"function" must be an object.');
    const { name, description, parameters, strict } = tool.function;
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw invalid(`${at}.function.name`, '"name" must be 1 to 64 letters, digits, _ and -.');
    }
    if (seen.has(name)) throw invalid(`${at}.function.name`, `There are two functions called ${name}.`);
    seen.add(name);
    if (
      description != null &&
      (typeof description !== 'string' || description.length > LONGEST_DESCRIPTION)
    ) {
      throw invalid(
        `${at}.function.description`,
        `"description" must be a text of at most ${LONGEST_DESCRIPTION} characters.`,
      );
    }
    // Every schema is enforced, so strict has nothing to add.
    if (strict != null && typeof strict !== 'boolean') {
      throw invalid(`${at}.function.strict`, '"strict" must be true or false.');
    }
    return { name, description: description ?? undefined, parameters: parameters ?? undefined };
  });
}

/** Throws `invalid_request`, `unsupported_parameter`. */
export function readChoice(choice: unknown, tools: readonly GivenTool[]): ToolChoice {
  if (choice === undefined) return tools.length > 0 ? { mode: 'auto', among: null } : { mode: 'none' };
  if (choice === 'none') return { mode: 'none' };
  if (tools.length === 0) throw invalid('tool_choice', '"tool_choice" is only allowed with "tools".');
  if (choice === 'auto' || choice === 'required') return { mode: choice, among: null };
  if (!isRecord(choice)) {
    throw invalid('tool_choice', '"tool_choice" must be none, auto, required, a function or allowed_tools.');
  }
  switch (choice.type) {
    case 'function':
      return { mode: 'named', name: functionName(choice, tools, 'tool_choice') };
    case 'allowed_tools':
      return readAllowed(choice.allowed_tools, tools);
    case 'custom':
      throw unsupported('tool_choice.type', 'tools take JSON arguments: use type "function"');
    default:
      throw invalid('tool_choice.type', '"type" must be "function" or "allowed_tools".');
  }
}

function readAllowed(allowed: unknown, tools: readonly GivenTool[]): ToolChoice {
  const at = 'tool_choice.allowed_tools';
  if (!isRecord(allowed)) throw invalid(at, '"allowed_tools" must be {mode, tools}.');
  const { mode, tools: listed } = allowed;
  if (mode !== 'auto' && mode !== 'required') throw invalid(`${at}.mode`, '"mode" must be auto or required.');
  if (!Array.isArray(listed) || listed.length === 0)
    throw invalid(`${at}.tools`, '"tools" must name at least one tool.');
  return { mode, among: listed.map((one: unknown, i) => functionName(one, tools, `${at}.tools.${i}`)) };
}

function functionName(value: unknown, tools: readonly GivenTool[], at: string): string {
  const named =
    isRecord(value) && value.type === 'function' && isRecord(value.function) ? value.function.name : null;
  if (typeof named !== 'string')
    throw invalid(at, 'Name a tool as {"type": "function", "function": {"name": …}}.');
  if (tools.some(({ name }) => name === named)) return named;
  throw invalid(at, `There is no function ${named.slice(0, 64)} in "tools".`);
}
