import { TenonError } from '../../errors.ts';
import { boundInstance, boundSchema, digest, type JsonSchema, type Validator } from '../../schema/index.ts';
import type { GrammarCompiler, Registry, Tool } from '../../tools/index.ts';
import { checkTool, mayUseTool, type Who } from '../keys/index.ts';
import { invalid, isRecord } from './refuse.ts';
import type { GivenTool, UsableTool } from './types.ts';

/**
 * Schemas nobody has seen compile one after the other, so that requests can hold up registrations, whose threads these
 * are, by one schema at most; so many may wait, and one request may take so long with all of its own.
 */
const MOST_WAITING = 16;
const MOST_MS = 20_000;

/** Schemas that passed, by their text: a client sends the same ones with every request. */
const KEPT = 512;

const NOTHING: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

export interface ToolDesk {
  /**
   * The functions of a request as the engine may be handed them. A function without parameters is the registered tool
   * of its name; one whose parameters are a registered tool's is served by that tool's adapter.
   * Throws `schema_*`, `tool_not_allowed`.
   */
  open(tools: readonly GivenTool[], caller: Who): Promise<readonly UsableTool[]>;
  /** A schema under the bounds that registered ones have. `param` is where it stands in the request. */
  admit(schema: unknown, param: string): Promise<JsonSchema>;
}

export interface ToolDeskPorts {
  readonly registry: Pick<Registry, 'list'>;
  readonly validator: Pick<Validator, 'check'>;
  readonly grammar: Pick<GrammarCompiler, 'compile'>;
}

export function createToolDesk({ registry, validator, grammar }: ToolDeskPorts): ToolDesk {
  const admitted = new Map<string, Promise<JsonSchema>>();

  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting >= MOST_WAITING) throw new TenonError('queue_full', { limit: MOST_WAITING, seconds: 5 });
    waiting++;
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return await turn.finally(() => waiting--);
  }

  async function compile(schema: JsonSchema): Promise<JsonSchema> {
    const compiled = grammar.compile(schema);
    compiled.catch(() => {});
    // The validator's objection is the clearest, so it goes first.
    await validator.check(schema);
    await compiled;
    return schema;
  }

  async function admit(value: unknown, param: string): Promise<JsonSchema> {
    try {
      const bounded = boundSchema(value);
      // The text, not the canonical digest: decoding follows the order of the properties.
      const text = boundInstance(bounded);
      const known = admitted.get(text);
      if (known !== undefined) return await known;
      const work = inTurn(() => compile(JSON.parse(text) as JsonSchema));
      admitted.set(text, work);
      work.catch(() => admitted.delete(text));
      const oldest = admitted.keys().next().value;
      if (admitted.size > KEPT && oldest !== undefined) admitted.delete(oldest);
      return await work;
    } catch (error) {
      if (!(error instanceof TenonError)) throw error;
      const { code, values, details, cause } = error;
      const at = `${param}${(error.param ?? '').replaceAll('/', '.')}`;
      throw new TenonError(code, values, { param: at, ...(details && { details }), cause });
    }
  }

  async function openOne(
    tool: GivenTool,
    own: Tool | undefined,
    at: string,
    caller: Who,
  ): Promise<UsableTool> {
    const { name, description = '', parameters } = tool;
    if (parameters === undefined) {
      if (own === undefined) return { name, description, parameters: NOTHING };
      checkTool(caller, name);
      return asRegistered(own);
    }
    if (!isRecord(parameters) || parameters.type !== 'object') {
      throw invalid(at, '"parameters" must be a JSON Schema with "type": "object".');
    }
    const schema = await admit(parameters, at);
    const isOwn = own !== undefined && mayUseTool(caller, name) && digest(own.parameters) === digest(schema);
    return isOwn ? asRegistered(own) : { name, description, parameters: schema };
  }

  return {
    admit,
    async open(tools, caller) {
      const registered = new Map((await registry.list()).map((tool) => [tool.name, tool]));
      const until = performance.now() + MOST_MS;
      const opened: UsableTool[] = [];
      for (const [i, tool] of tools.entries()) {
        const at = `tools.${i}.function.parameters`;
        if (performance.now() > until) {
          throw new TenonError(
            'schema_too_complex',
            { limit: `${MOST_MS} ms`, stage: 'all tools' },
            { param: at },
          );
        }
        opened.push(await openOne(tool, registered.get(tool.name), at, caller));
      }
      return opened;
    },
  };
}

function asRegistered({ name, description, parameters, adapter }: Tool): UsableTool {
  return { name, description, parameters, ...(adapter === undefined ? {} : { adapter }) };
}
