import { createHash } from 'node:crypto';
import { TenonError } from '../../errors.ts';
import {
  compileSchema,
  createMatcher,
  createVocabulary,
  type Grammar,
  type Matcher,
  type Vocabulary,
} from '../../grammar/index.ts';
import type { LoraAdapter } from '../../lora/index.ts';
import {
  type CallFormat,
  compileCallFormat,
  compilePrompt,
  type Model,
  type Prompt,
  type TemplateTool,
} from '../../model/index.ts';
import type { EngineTool } from '../types.ts';
import { closeObjects } from './close-objects.ts';
import { takeForced } from './forced-tokens.ts';
import { Lru } from './lru.ts';
import { wordsOfTool } from './word-overlap.ts';

/** All that follows from a tool's registration alone. */
export interface ToolContext {
  readonly tool: EngineTool;
  readonly adapter: LoraAdapter | null;
  readonly prompt: Prompt;
  readonly format: CallFormat;
  readonly grammar: Grammar;
  /** First tokens of every answer, which the grammar forces: the tool's name, often the first argument's. */
  readonly forced: readonly number[];
  /** How many of `forced` say which tool is called; the rest belongs to the arguments. */
  readonly naming: number;
}

const KEPT_TOOLS = 512;

/** Prompts and grammars, compiled once for each content of a tool. */
export class ToolContexts {
  readonly #model: Model;
  readonly #vocabulary: Vocabulary;
  readonly #compiled = new Lru<Omit<ToolContext, 'tool' | 'adapter'>>(KEPT_TOOLS);
  readonly #words = new Lru<ReadonlySet<string>>(KEPT_TOOLS);
  readonly #listings = new Lru<Prompt>(KEPT_TOOLS);
  readonly #adapters: ReadonlyMap<string, LoraAdapter>;
  readonly #grammars: Readonly<Record<string, string>>;

  /** `grammars`: GBNF texts by the name that `x-grammar` calls them. */
  constructor(
    model: Model,
    adapters: ReadonlyMap<string, LoraAdapter>,
    grammars: Readonly<Record<string, string>>,
  ) {
    this.#model = model;
    this.#adapters = adapters;
    this.#grammars = grammars;
    this.#vocabulary = createVocabulary(model.tokenizer.bytes, model.config.eos);
  }

  /** Throws `adapter_not_found`, or the grammar's errors for a schema it cannot compile. */
  get(tool: EngineTool): ToolContext {
    const adapter = this.#adapter(tool);
    const key = digest([tool.name, tool.description, tool.parameters, adapter !== null]);
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      compiled = this.#compile(tool, adapter !== null);
      this.#compiled.set(key, compiled);
    }
    return { tool, adapter, ...compiled };
  }

  /** One prompt that shows all of `tools`, signatures in full. */
  listing(tools: readonly EngineTool[]): Prompt {
    const key = digest(tools.map(({ name, description, parameters }) => [name, description, parameters]));
    const known = this.#listings.get(key);
    if (known) return known;
    const prompt = compilePrompt(this.#model.template, this.#model.tokenizer, tools.map(fullTool));
    this.#listings.set(key, prompt);
    return prompt;
  }

  /** What the tool's registration says, for a first guess at which tool is meant. */
  words(tool: EngineTool): ReadonlySet<string> {
    const key = digest([tool.name, tool.description, tool.parameters]);
    const known = this.#words.get(key);
    if (known) return known;
    const words = wordsOfTool(tool);
    this.#words.set(key, words);
    return words;
  }

  /** A matcher that has accepted `forced`. */
  matcher(context: ToolContext): Matcher {
    const matcher = createMatcher(context.grammar, this.#vocabulary);
    for (const token of context.forced) matcher.accept(token);
    return matcher;
  }

  #adapter(tool: EngineTool): LoraAdapter | null {
    if (tool.adapter === undefined) return null;
    const adapter = this.#adapters.get(tool.adapter);
    if (adapter) return adapter;
    throw new TenonError('adapter_not_found', { digest: tool.adapter });
  }

  #compile(tool: EngineTool, adapted: boolean): Omit<ToolContext, 'tool' | 'adapter'> {
    const { template, tokenizer, config } = this.#model;
    // With an adapter the signature leaves the prompt: the adapter knows it.
    const shown = adapted ? { name: tool.name } : fullTool(tool);
    const format = compileCallFormat(template, tokenizer, shown, config.eos);
    const { prefix, suffix, spaced } = format;
    const grammar = compileSchema(closeObjects(tool.parameters), {
      prefix,
      suffix,
      // As the model was taught, or its choices would count as doubt.
      whitespace: spaced ? 'spaced' : 'none',
      grammars: this.#grammars,
    });
    const mask = new Uint32Array(Math.ceil(config.vocabulary / 32));
    const forced = takeForced(createMatcher(grammar, this.#vocabulary), tokenizer, mask);
    return {
      prompt: compilePrompt(template, tokenizer, [shown]),
      format,
      grammar,
      forced,
      naming: tokensWithin(forced, tokenizer.bytes, Buffer.byteLength(prefix)),
    };
  }
}

/** How many tokens lie wholly within the first `length` bytes. */
function tokensWithin(
  tokens: readonly number[],
  bytes: readonly (Uint8Array | null)[],
  length: number,
): number {
  let at = 0;
  const past = tokens.findIndex((token) => (at += bytes[token]?.length ?? 0) > length);
  return past < 0 ? tokens.length : past;
}

function fullTool({ name, description, parameters }: EngineTool): TemplateTool {
  return { name, description, parameters };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
