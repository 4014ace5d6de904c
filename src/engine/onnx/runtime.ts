import { type LoraAdapter, readAdapter } from '../../lora/index.ts';
import { loadModel, type Model } from '../../model/index.ts';
import type {
  AdapterInfo,
  EngineInfo,
  GenerateRequest,
  Generation,
  Selection,
  SelectRequest,
} from '../types.ts';
import { agreement, type Progress, writeAnswer } from './answer.ts';
import { type CallStart, startCall } from './call-start.ts';
import { Decoder } from './decoder.ts';
import { fieldConfidences, overallConfidence } from './field-confidence.ts';
import { KeyValueRow } from './key-value-row.ts';
import { Lru } from './lru.ts';
import { PrefixCache, sequenceKey } from './prefix-cache.ts';
import { selectAdapted } from './select-adapted.ts';
import { selectEach } from './select-each.ts';
import { selectLikelihood } from './select-likelihood.ts';
import { selectListed } from './select-listed.ts';
import type { Selector } from './selector.ts';
import { ToolContexts } from './tool-contexts.ts';

/** How a tool is chosen: see the file of each, `select-adapted.ts` and so on. */
export type SelectionWay = 'adapted' | 'likelihood' | 'each' | 'listed';

export interface RuntimeOptions {
  readonly folder: string;
  readonly threads: number;
  /** Adapters resident at once, the bare model's slot included. */
  readonly slots: number;
  readonly selection: SelectionWay;
  /** GBNF texts by the name that `x-grammar` calls them. */
  readonly grammars: Readonly<Record<string, string>>;
}

/** Bytes of keys and values kept for beginnings that requests share. */
const PREFIX_BYTES = 128 * 1024 * 1024;
/** Selections whose winner's sequence waits for its `generate`. */
const KEPT_STARTS = 16;
const DEFAULT_MAX_TOKENS = 256;

const SELECTORS: Readonly<Record<SelectionWay, Selector>> = {
  adapted: selectAdapted,
  likelihood: selectLikelihood,
  each: selectEach,
  listed: selectListed,
};

interface Started {
  readonly prompt: readonly number[];
  readonly progress: Progress;
}

/** The engine itself, in its worker thread: one model, one session, one request at a time. */
export class Runtime {
  readonly info: EngineInfo;
  readonly #model: Model;
  readonly #decoder: Decoder;
  readonly #selection: RuntimeOptions['selection'];
  readonly #adapters = new Map<string, LoraAdapter>();
  readonly #contexts: ToolContexts;
  readonly #prefixes = new PrefixCache(PREFIX_BYTES);
  readonly #started = new Lru<Started>(KEPT_STARTS);

  private constructor(model: Model, decoder: Decoder, options: RuntimeOptions) {
    this.#model = model;
    this.#decoder = decoder;
    this.#selection = options.selection;
    this.#contexts = new ToolContexts(model, this.#adapters, options.grammars);
    this.info = {
      model: model.name,
      digest: model.digest,
      architecture: model.config.architecture,
      parameters: model.parameters,
      vocabulary: model.config.vocabulary,
      context: model.config.context,
      device: `cpu (${options.threads} ${options.threads === 1 ? 'thread' : 'threads'})`,
    };
  }

  static async create(options: RuntimeOptions): Promise<Runtime> {
    const model = await loadModel(options.folder);
    const decoder = await Decoder.create(model.onnx, model.config, options);
    return new Runtime({ ...model, onnx: { bytes: new Uint8Array(), external: [] } }, decoder, options);
  }

  addAdapter(folder: string): AdapterInfo {
    const adapter = readAdapter(folder, this.#model.config);
    this.#adapters.set(adapter.digest, adapter);
    const { digest, rank, alpha, parameters, bytes, targets } = adapter;
    return { digest, rank, alpha, parameters, bytes, targets };
  }

  async select(request: SelectRequest, signal: AbortSignal): Promise<Selection> {
    const begun = performance.now();
    const passes = this.#decoder.passes;
    const { probabilities, none, promptTokens, started } = await SELECTORS[this.#selection]({
      model: this.#model,
      decoder: this.#decoder,
      contexts: this.#contexts,
      prefixes: this.#prefixes,
      request: request.input,
      candidates: request.candidates,
      signal,
    });
    const scores = request.candidates
      .map(({ name }, i) => ({ tool: name, probability: probabilities[i]!, index: i }))
      .sort((a, b) => b.probability - a.probability);
    const best = scores[0]!;
    const fits = best.probability >= none;
    const winner = fits ? started[best.index] : undefined;
    if (winner)
      this.#started.set(startKey(winner.start), { prompt: winner.start.prompt, progress: winner.progress() });
    return {
      tool: fits ? best.tool : null,
      confidence: fits ? best.probability : none,
      scores: scores.map(({ tool, probability }) => ({ tool, probability })),
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: 0,
        forced_tokens: 0,
        passes: this.#decoder.passes - passes,
      },
      timings: { select_ms: performance.now() - begun },
    };
  }

  async generate(request: GenerateRequest, signal: AbortSignal): Promise<Generation> {
    const begun = performance.now();
    const passes = this.#decoder.passes;
    const start = startCall(this.#contexts.get(request.tool), this.#model, request.input);
    const { forced, naming } = start.context;
    const progress = this.#resume(start) ?? this.#begin(start);
    if (progress.unread.length > 0) await this.#prefill(start, progress, signal);
    const prefilled = performance.now();
    const prefix = Buffer.byteLength(start.context.format.prefix);
    const answer = await writeAnswer({
      decoder: this.#decoder,
      tokenizer: this.#model.tokenizer,
      matcher: this.#contexts.matcher(start.context),
      eos: this.#model.config.eos,
      adapter: start.context.adapter,
      request: start.request,
      progress,
      tokens: forced,
      maxTokens: naming + (request.maxTokens ?? DEFAULT_MAX_TOKENS),
      context: this.#model.config.context,
      signal,
    });

    const { bytes } = this.#model.tokenizer;
    const text = Buffer.concat(answer.tokens.map((token) => bytes[token] ?? new Uint8Array()));
    const suffix = Buffer.byteLength(start.context.format.suffix);
    const end = answer.finish === 'stop' ? text.length - suffix : text.length;
    const decided = answer.decisions.filter(({ at }) => at < answer.tokens.length).length;
    const completion = answer.tokens.length - naming;
    return {
      text: text.toString('utf8', prefix, Math.max(prefix, end)),
      finish: answer.finish,
      confidence: overallConfidence(answer),
      fields: answer.finish === 'stop' ? fieldConfidences(answer, bytes, text, prefix, end) : [],
      usage: {
        prompt_tokens: start.prompt.length + naming,
        completion_tokens: completion,
        forced_tokens: completion - decided,
        passes: this.#decoder.passes - passes,
      },
      timings: { prefill_ms: prefilled - begun, decode_ms: performance.now() - prefilled },
    };
  }

  async close(): Promise<void> {
    await this.#decoder.close();
  }

  /**
   * Where `select` has read this tool's prompt, its sequence, cut back to what both prompts begin with (the caller
   * may have added to the request since); used once.
   */
  #resume(start: CallStart): Progress | null {
    const key = startKey(start);
    const found = this.#started.get(key);
    this.#started.delete(key);
    if (!found) return null;
    const { row } = found.progress;
    const shared = agreement(found.prompt, start.prompt);
    if (shared === start.prompt.length && shared === found.prompt.length) return found.progress;
    row.truncate(Math.min(row.length, shared, start.prompt.length - 1));
    return { row, unread: start.prompt.slice(row.length), fed: [], logprobs: [] };
  }

  #begin(start: CallStart): Progress {
    const cached = this.#prefixes.get(start.context.adapter, start.prompt.slice(0, start.shared - 1));
    const row = cached?.copy() ?? new KeyValueRow(this.#model.config);
    return { row, unread: start.prompt.slice(row.length), fed: [], logprobs: [] };
  }

  /** The prompt and what is forced of the answer, in one pass. */
  async #prefill(start: CallStart, progress: Progress, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { adapter, forced } = start.context;
    const tokens = [...progress.unread, ...forced];
    const cold = progress.row.length === 0;
    const [result] = await this.#decoder.run([
      { past: progress.row, tokens, adapter, wanted: [tokens.length - 1] },
    ]);
    if (cold) this.#prefixes.keep(adapter, start.prompt.slice(0, start.shared - 1), progress.row);
    progress.unread = [];
    progress.fed.push(...forced);
    progress.logprobs.length = forced.length;
    progress.logprobs.push(result!.logprobs[0]);
  }
}

/** The tool and its adapter: one sequence is kept for each. */
function startKey(start: CallStart): string {
  return sequenceKey(start.context.adapter, start.prompt.slice(0, start.shared));
}
