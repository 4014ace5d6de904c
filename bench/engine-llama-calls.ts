import { join } from 'node:path';
import {
  LlamaGrammar as Grammar,
  type Llama,
  type LlamaContext,
  type LlamaContextSequence,
  type LlamaGrammar,
  LlamaGrammarEvaluationState,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import type { EngineTool } from '../src/engine/index.ts';
import { readModules } from '../src/lora/index.ts';
import {
  compileCallFormat,
  compilePrompt,
  exportAdapter,
  exportModel,
  loadModel,
  type Model,
  promptTokens,
} from '../src/model/index.ts';
import { ADAPTERS, type KnownCall, MODEL } from './engine-call-set.ts';
import { openLlama } from './engine-llama.ts';
import { schemaOfAnswer } from './engine-llama-schema.ts';

/** A call and the arguments that ours wrote for it. */
export interface CallToRepeat extends KnownCall {
  readonly written: unknown;
}

/** Longest answer, in tokens. */
const MAX_TOKENS = 128;

/**
 * The same calls by llama.cpp: the exported model, a context for each tool with its exported adapter, the same prompt
 * token by token, its own grammar for the schema. What our grammar forces before the arguments stands in its prompt.
 */
export class LlamaCalls {
  readonly #llama: Llama;
  readonly #ours: Model;
  readonly #theirs: LlamaModel;
  readonly #contexts = new Map<string, LlamaContext>();
  readonly #free = new Map<string, LlamaContextSequence[]>();
  readonly #tools: readonly EngineTool[];
  readonly #grammars = new Map<string, LlamaGrammar>();

  private constructor(llama: Llama, ours: Model, theirs: LlamaModel, tools: readonly EngineTool[]) {
    this.#llama = llama;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#tools = tools;
  }

  static async open(
    tools: readonly EngineTool[],
    folder: string,
    options: { readonly threads: number; readonly sequences: number },
  ): Promise<LlamaCalls> {
    const llama = await openLlama(options.threads);
    const { path } = exportModel(MODEL, join(folder, 'model.gguf'), 'f32');
    const ours = await loadModel(MODEL);
    const calls = new LlamaCalls(llama, ours, await llama.loadModel({ modelPath: path }), tools);
    for (const { name } of tools) await calls.#openContext(name, folder, options);
    return calls;
  }

  async #openContext(
    tool: string,
    folder: string,
    options: { readonly threads: number; readonly sequences: number },
  ): Promise<void> {
    const { config } = this.#ours;
    const modules = readModules(join(ADAPTERS, tool), config);
    const lora = exportAdapter(modules, config, tool, join(folder, `${tool}.gguf`)).path;
    const { threads, sequences } = options;
    const contextSize = config.context;
    const context = await this.#theirs.createContext({ contextSize, threads, sequences, lora });
    this.#contexts.set(tool, context);
    this.#free.set(
      tool,
      Array.from({ length: sequences }, () => context.getSequence()),
    );
  }

  /** Everything that follows from the tool alone, so that it is not measured. */
  async prepare(call: CallToRepeat): Promise<() => Promise<string>> {
    const tool = this.#tools.find(({ name }) => name === call.tool)!;
    const grammar = await this.#grammar(tool, call.written);
    const { template, tokenizer, config } = this.#ours;
    const shown = { name: tool.name };
    const prompt = compilePrompt(template, tokenizer, [shown]);
    const { opening, prefix } = compileCallFormat(template, tokenizer, shown, config.eos);
    // Up to a border that tokens do not cross: the model has learnt to read `":{"` as one.
    const forced = tokenizer.encodeText(prefix.slice(0, prefix.indexOf('":', prefix.indexOf('arguments'))));
    return async () => {
      const tokens = [...promptTokens(prompt, tokenizer, call.input), ...opening, ...forced];
      return await this.#write(call.tool, tokens as Token[], grammar);
    };
  }

  async #grammar(tool: EngineTool, written: unknown): Promise<LlamaGrammar> {
    const schema = schemaOfAnswer(tool.parameters, written);
    const key = JSON.stringify([tool.name, schema]);
    const known = this.#grammars.get(key);
    if (known) return known;
    const { grammar } = await this.#llama.createGrammarForJsonSchema(schema as { type: 'object' });
    // Its grammar ends in empty lines, ours in the brace that closes the call.
    const text = grammar.replace(/^root ::= (.*) "\\n\\n\\n\\n" \[\\n\]\*$/m, 'root ::= "\\":" $1 "}"');
    if (text === grammar) throw new Error(`an unknown form of grammar: ${grammar.split('\n')[0]}`);
    const compiled = new Grammar(this.#llama, { grammar: text });
    this.#grammars.set(key, compiled);
    return compiled;
  }

  async #write(tool: string, prompt: Token[], grammar: LlamaGrammar): Promise<string> {
    const free = this.#free.get(tool)!;
    const sequence = free.pop();
    if (!sequence) throw new Error('more calls at once than sequences');
    try {
      // What two prompts of a tool begin with is read once.
      await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
      const grammarEvaluationState = new LlamaGrammarEvaluationState({ model: this.#theirs, grammar });
      const written: Token[] = [];
      const rest = prompt.slice(sequence.nextTokenIndex);
      for await (const token of sequence.evaluate(rest, { temperature: 0, grammarEvaluationState })) {
        if (written.push(token) >= MAX_TOKENS) break;
      }
      // `":` before the arguments, `}` after them.
      return this.#ours.tokenizer.decode(written).slice(2, -1);
    } finally {
      free.push(sequence);
    }
  }

  async close(): Promise<void> {
    for (const context of this.#contexts.values()) await context.dispose();
    await this.#theirs.dispose();
    await this.#llama.dispose();
  }
}
