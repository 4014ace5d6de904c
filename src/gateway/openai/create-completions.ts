import { randomBytes } from 'node:crypto';
import { type AdapterLookup, type AdapterVersions, createAdmission, ground } from '../../calls/index.ts';
import type { Engine, EngineTool, Generation } from '../../engine/types.ts';
import { TenonError } from '../../errors.ts';
import type { Validator } from '../../schema/index.ts';
import { rankTools } from '../../tools/index.ts';
import { checkTool, type Who } from '../keys/index.ts';
import type { NamedAdapter } from '../ports.ts';
import { findModel } from './models.ts';
import { createToolDesk, type ToolDeskPorts } from './tool-desk.ts';
import type { ChatRequest, Completion, ToolChoice, UsableTool } from './types.ts';

export interface CompletionPorts extends ToolDeskPorts {
  readonly engine: Pick<Engine, 'info' | 'select' | 'generate'>;
  readonly validator: Pick<Validator, 'check' | 'validate'>;
  readonly adapters: AdapterVersions & { list(): readonly NamedAdapter[] };
  /** IANA time zone in which "tomorrow at 8pm" is meant. */
  readonly zone: string;
}

export interface Completions {
  /**
   * One answer: a call of one of the request's tools, or a JSON text, valid to the validator. Nothing is sent or
   * stored. Throws `model_unknown`, `text_unsupported`, `output_invalid`, `schema_*`, `tool_not_allowed`, and what
   * the engine throws.
   */
  create(request: ChatRequest, caller: Who, signal: AbortSignal): Promise<Completion>;
}

/** As many as the calls of the pipeline choose among. */
const MOST_CANDIDATES = 8;

/**
 * Completions that need the model at once; more are refused with `queue_full`. With the 96 calls of the pipeline these are
 * fewer than the engine takes, so that neither crowds out the other.
 */
const MOST_RUNNING = 24;

type Tokens = Completion['usage'];
type Part = Pick<Completion, 'content' | 'refusal' | 'call' | 'finish' | 'usage'>;

export function createCompletions(ports: CompletionPorts): Completions {
  const { engine, validator } = ports;
  const desk = createToolDesk(ports);
  const admission = createAdmission(MOST_RUNNING);

  /** The text and whether it is whole; only what is whole is judged. */
  async function write(
    request: ChatRequest,
    tool: EngineTool,
    signal: AbortSignal,
  ): Promise<Pick<Generation, 'text' | 'finish' | 'usage'>> {
    const { maxTokens, sampling } = request;
    const input = ground(request.input, tool.parameters, new Date(), ports.zone);
    const generation = await engine.generate(
      { input, tool, ...(maxTokens === undefined ? {} : { maxTokens }), ...(sampling && { sampling }) },
      { signal },
    );
    if (generation.finish === 'dead_end') {
      throw new TenonError('output_invalid', {
        reason: 'the grammar had no way on from what the model wrote',
      });
    }
    if (generation.finish === 'stop') await judge(tool, generation.text);
    return generation;
  }

  async function judge(tool: EngineTool, text: string): Promise<void> {
    const { errors } = await validator.validate(tool.parameters, parse(text));
    if (errors.length === 0) return;
    const reason = `${errors.length} problem(s) with its schema, in details`;
    throw new TenonError('output_invalid', { reason }, { details: errors });
  }

  /** Which tool is called; null where none fits and none has to. */
  async function choose(
    request: ChatRequest,
    choice: Exclude<ToolChoice, { mode: 'none' }>,
    tools: readonly UsableTool[],
    engineTool: (tool: UsableTool) => EngineTool,
    signal: AbortSignal,
  ): Promise<{ readonly tool: UsableTool | null; readonly usage: Tokens }> {
    if (choice.mode === 'named') {
      return { tool: tools.find(({ name }) => name === choice.name) ?? null, usage: NO_TOKENS };
    }
    const { among } = choice;
    const allowed = among === null ? tools : tools.filter(({ name }) => among.includes(name));
    if (choice.mode === 'required' && allowed.length === 1) return { tool: allowed[0]!, usage: NO_TOKENS };
    const candidates = rankTools(allowed, request.input, MOST_CANDIDATES);
    const selection = await engine.select(
      { input: request.input, candidates: candidates.map(engineTool) },
      { signal },
    );
    const chosen = choice.mode === 'required' ? (selection.scores[0]?.tool ?? null) : selection.tool;
    return { tool: candidates.find(({ name }) => name === chosen) ?? null, usage: selection.usage };
  }

  async function call(request: ChatRequest, tool: EngineTool, signal: AbortSignal): Promise<Part> {
    const { text, finish, usage } = await write(request, tool, signal);
    const id = `call_${randomBytes(18).toString('base64url')}`;
    return {
      content: null,
      refusal: null,
      call: { id, name: tool.name, arguments: text },
      finish: finish === 'stop' ? 'tool_calls' : 'length',
      usage,
    };
  }

  async function json(
    request: ChatRequest,
    adapted: (tool: EngineTool) => EngineTool,
    signal: AbortSignal,
  ): Promise<Part> {
    const { format } = request;
    const tool = adapted({
      name: format.type === 'json_schema' ? format.name : 'json',
      description: (format.type === 'json_schema' ? format.description : undefined) ?? 'Answer as JSON',
      parameters:
        format.type === 'json_schema'
          ? await desk.admit(format.schema, 'response_format.json_schema.schema')
          : { type: 'object' },
    });
    const { text, finish, usage } = await write(request, tool, signal);
    return { content: text, refusal: null, call: null, finish: finish === 'stop' ? 'stop' : 'length', usage };
  }

  return {
    async create(request, caller, signal) {
      const { choice, format } = request;
      const { adapter } = findModel(request.model, ports);
      if (adapter !== null) await checkAdapter(caller, adapter.name);
      if (choice.mode === 'none' && format.type === 'text') {
        const reason = 'no tool may be called and no JSON is asked for';
        throw new TenonError(
          'text_unsupported',
          { reason },
          { param: request.tools.length > 0 ? 'tool_choice' : 'tools' },
        );
      }
      // Opened even where none may be called: a request with a broken schema is a broken request.
      const tools = await desk.open(request.tools, caller);
      const names = adapter === null ? tools.flatMap((tool) => tool.adapter ?? []) : [adapter.name];
      const leave = admission.enter(null);
      const held = ports.adapters.hold(names);
      try {
        return {
          ...(await answer(request, tools, adapter?.name ?? null, held, signal)),
          ...identity(request),
        };
      } finally {
        held.release();
        leave();
      }
    },
  };

  /** `shared`: the adapter that serves everything, where the request names one. */
  async function answer(
    request: ChatRequest,
    tools: readonly UsableTool[],
    shared: string | null,
    held: AdapterLookup,
    signal: AbortSignal,
  ): Promise<Part> {
    const { choice, format } = request;
    const adapted = (tool: Omit<EngineTool, 'adapter'>, own: string | undefined): EngineTool => {
      const name = shared ?? own;
      const digest = name === undefined ? null : held.digestOf(name);
      return digest === null ? tool : { ...tool, adapter: digest };
    };
    const engineTool = ({ adapter, ...tool }: UsableTool): EngineTool => adapted(tool, adapter);
    const chosen =
      choice.mode === 'none'
        ? { tool: null, usage: NO_TOKENS }
        : await choose(request, choice, tools, engineTool, signal);
    const part =
      chosen.tool !== null
        ? await call(request, engineTool(chosen.tool), signal)
        : format.type === 'text'
          ? NOTHING_FITS
          : await json(request, (tool) => adapted(tool, undefined), signal);
    return { ...part, usage: add(chosen.usage, part.usage) };
  }

  function identity({ model }: ChatRequest): Pick<Completion, 'id' | 'created' | 'model' | 'fingerprint'> {
    return {
      id: `chatcmpl-${randomBytes(18).toString('base64url')}`,
      created: Math.floor(Date.now() / 1000),
      model,
      fingerprint: `fp_${engine.info.digest.slice(0, 10)}`,
    };
  }

  /** A key that is bound to tools may use the adapters that they name. */
  async function checkAdapter(caller: Who, name: string): Promise<void> {
    if (caller?.tools === undefined) return;
    const users = (await ports.registry.list()).filter((tool) => tool.adapter === name);
    if (!users.some((tool) => caller.tools?.includes(tool.name))) checkTool(caller, users[0]?.name ?? name);
  }
}

/** The embedded engine writes JSON and nothing else; others are taken at no word. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TenonError('output_invalid', { reason: 'what the model wrote is no JSON' }, { cause: error });
  }
}

const NO_TOKENS: Tokens = { prompt_tokens: 0, completion_tokens: 0 };

/** OpenAI's models would answer in prose; this one says, in the field that is meant for it, that it cannot. */
const NOTHING_FITS: Part = {
  content: null,
  refusal: 'None of the tools fits this request, and this model writes no prose.',
  call: null,
  finish: 'stop',
  usage: NO_TOKENS,
};

function add(a: Tokens, b: Tokens): Tokens {
  return {
    prompt_tokens: a.prompt_tokens + b.prompt_tokens,
    completion_tokens: a.completion_tokens + b.completion_tokens,
  };
}
