import { type LoraAdapter, readAdapter } from '../../lora/index.ts';
import { loadModel, type Model, type Precision } from '../../model/index.ts';
import type {
  EngineInfo,
  GenerateRequest,
  Generation,
  ModelStats,
  Selection,
  SelectRequest,
} from '../types.ts';
import { type Progress, writeAnswer } from './answer.ts';
import { type CallStart, startCall } from './call-start.ts';
import { Decoder } from './decoder.ts';
import { chooseDevice } from './device.ts';
import { type DraftCounts, Drafter, DraftMemory, type DraftSource } from './drafter.ts';
import { fieldConfidences, overallConfidence } from './field-confidence.ts';
import { flowOf } from './flow.ts';
import { KeyValueRow } from './key-value-row.ts';
import { Lru } from './lru.ts';
import { PrefixCache, sequenceKey } from './prefix-cache.ts';
import { readHead } from './read-starts.ts';
import { createSampler } from './sampler.ts';
import { type Passes, Scheduler } from './scheduler.ts';
import { selectAdapted } from './select-adapted.ts';
import { selectEach } from './select-each.ts';
import { selectLikelihood } from './select-likelihood.ts';
import { selectListed } from './select-listed.ts';
import type { Selector } from './selector.ts';
import { StartedCalls } from './started-calls.ts';
import { ToolContexts } from './tool-contexts.ts';

/** How a tool is chosen: see the file of each, `select-adapted.ts` and so on. */
export type SelectionWay = 'adapted' | 'likelihood' | 'each' | 'listed';

export interface RuntimeOptions {
  readonly folder: string;
  readonly precision: Precision;
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
const KEPT_STARTS = 64;
/** Tools whose habits are remembered. */
const KEPT_MEMORIES = 256;
const DEFAULT_MAX_TOKENS = 256;
/** With an adapter a prompt begins with so few tokens: the tool's name. */
const SHORT_HEAD = 32;

const SELECTORS: Readonly<Record<SelectionWay, Selector>> = {
  adapted: selectAdapted,
  likelihood: selectLikelihood,
  each: selectEach,
  listed: selectListed,
};

/** The engine itself, in its worker thread: one model, one session, many requests in its batches. */
export class Runtime {
  readonly info: EngineInfo;
  readonly #model: Model;
  readonly #decoder: Decoder;
  readonly #selection: RuntimeOptions['selection'];
  readonly #adapters = new Map<string, LoraAdapter>();
  readonly #contexts: ToolContexts;
  readonly #prefixes = new PrefixCache(PREFIX_BYTES);
  readonly #started = new StartedCalls(KEPT_STARTS);
  readonly #memories = new Lru<DraftMemory>(KEPT_MEMORIES);
  readonly #scheduler: Scheduler;
  #maskMs = 0;
  readonly #drafts: Readonly<Record<DraftSource, DraftCounts>> = {
    request: { proposed: 0, accepted: 0 },
    habit: { proposed: 0, accepted: 0 },
  };

  private constructor(model: Model, decoder: Decoder, options: RuntimeOptions) {
    this.#model = model;
    this.#decoder = decoder;
    this.#scheduler = new Scheduler(decoder);
    this.#selection = options.selection;
    this.#contexts = new ToolContexts(model, this.#adapters, options.grammars);
    const device = chooseDevice(options.threads);
    this.info = {
      model: model.name,
      digest: model.digest,
      architecture: model.config.architecture,
      parameters: model.parameters,
      vocabulary: model.config.vocabulary,
      context: model.config.context,
      device: `${device.name}, ${options.precision}`,
      deviceReason: device.reason,
    };
  }

  static async create(options: RuntimeOptions): Promise<Runtime> {
    const model = await loadModel(options.folder, { precision: options.precision });
    const decoder = await Decoder.create(model.onnx, model.config, options);
    return new Runtime({ ...model, onnx: { bytes: new Uint8Array(), external: [] } }, decoder, options);
  }

  addAdapter(folder: string): LoraAdapter {
    const adapter = readAdapter(folder, this.#model.config);
    this.#adapters.set(adapter.digest, adapter);
    return adapter;
  }

  knowAdapters(adapters: readonly LoraAdapter[]): null {
    for (const adapter of adapters) this.#adapters.set(adapter.digest, adapter);
    return null;
  }

  removeAdapter(digest: string): null {
    this.#adapters.delete(digest);
    return null;
  }

  pinAdapters(digests: readonly string[]): null {
    this.#decoder.pinAdapters(digests);
    return null;
  }

  async select(request: SelectRequest, signal: AbortSignal): Promise<Selection> {
    const begun = performance.now();
    const passes = this.#scheduler.open(flowOf(request), signal);
    const { probabilities, none, promptTokens, started } = await SELECTORS[this.#selection]({
      model: this.#model,
      passes,
      contexts: this.#contexts,
      prefixes: this.#prefixes,
      request: request.input,
      candidates: request.candidates,
    });
    const scores = request.candidates
      .map(({ name }, i) => ({ tool: name, probability: probabilities[i]!, index: i }))
      .sort((a, b) => b.probability - a.probability);
    const best = scores[0]!;
    const fits = best.probability >= none;
    const winner = fits ? started[best.index] : undefined;
    if (winner) this.#started.add(startKey(winner.start), winner.start.prompt, winner.progress());
    return {
      tool: fits ? best.tool : null,
      confidence: fits ? best.probability : none,
      scores: scores.map(({ tool, probability }) => ({ tool, probability })),
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: 0,
        forced_tokens: 0,
        passes: passes.passes,
      },
      timings: { select_ms: performance.now() - begun },
    };
  }

  async generate(request: GenerateRequest, signal: AbortSignal): Promise<Generation> {
    const begun = performance.now();
    const { tokenizer, config } = this.#model;
    const start = startCall(this.#contexts.get(request.tool), this.#model, request.input);
    const { adapter, forced, naming, format } = start.context;
    const passes = this.#scheduler.open(flowOf(request), signal);
    const drafter = new Drafter(this.#memoryOf(start), start.request, tokenizer, this.#drafts);
    const progress =
      this.#started.take(startKey(start), start.prompt, start.shared) ?? (await this.#begin(start, passes));
    const prefilled = performance.now();
    const answer = await writeAnswer({
      passes,
      tokenizer,
      matcher: this.#contexts.matcher(start.context),
      eos: config.eos,
      adapter,
      drafter,
      sampler: createSampler(request.sampling),
      progress,
      tokens: forced,
      maxTokens: naming + (request.maxTokens ?? DEFAULT_MAX_TOKENS),
      context: config.context,
    });
    this.#maskMs += answer.maskMs;
    this.#prefixes.keep(adapter, headOf(start), progress.row);
    if (answer.finish === 'stop') drafter.learn(answer.tokens);

    const { bytes } = tokenizer;
    const text = Buffer.concat(answer.tokens.map((token) => bytes[token] ?? new Uint8Array()));
    const prefix = Buffer.byteLength(format.prefix);
    const suffix = Buffer.byteLength(format.suffix);
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
        passes: passes.passes,
      },
      timings: { prefill_ms: prefilled - begun, decode_ms: performance.now() - prefilled },
    };
  }

  stats(): ModelStats {
    const { steps, rows, tokens, padding, stepMs } = this.#scheduler.stats;
    return {
      steps,
      rows,
      tokens,
      padding,
      stepMs,
      maskMs: this.#maskMs,
      active: this.#scheduler.waiting,
      copiedBytes: this.#decoder.copiedBytes,
      adapterSlots: this.#decoder.adapterCapacity,
      prefix: this.#prefixes.stats,
      drafts: structuredClone(this.#drafts),
    };
  }

  async close(): Promise<void> {
    await this.#decoder.close();
  }

  /**
   * What all requests to this tool begin with, read. A short beginning that is not known is read together with the
   * rest instead: a run of its own costs more, and with many tools that are rarely asked for most are not known.
   */
  async #begin(start: CallStart, passes: Passes): Promise<Progress> {
    const head = headOf(start);
    if (head.length <= SHORT_HEAD && !this.#prefixes.has(start.context.adapter, head))
      return { row: new KeyValueRow(this.#model.config), unread: start.prompt, fed: [], logprobs: [] };
    const shared = { model: this.#model, prefixes: this.#prefixes, passes };
    const row = (await readHead(start.context.adapter, head, shared)).copy();
    return { row, unread: start.prompt.slice(row.length), fed: [], logprobs: [] };
  }

  #memoryOf(start: CallStart): DraftMemory {
    const key = startKey(start);
    const memory = this.#memories.get(key) ?? new DraftMemory();
    this.#memories.set(key, memory);
    return memory;
  }
}

/** Of the prompt, what is the same for every request; its last token is read with the request. */
function headOf(start: CallStart): readonly number[] {
  return start.prompt.slice(0, start.shared - 1);
}

/** The tool and its adapter, both by content. */
function startKey(start: CallStart): string {
  return sequenceKey(start.context.adapter, start.prompt.slice(0, start.shared));
}
