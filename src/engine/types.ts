import type { JsonSchema } from '../schema/types.ts';

/** What an engine needs to know of a tool. `adapter` is the content digest that `addAdapter` returned. */
export interface EngineTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  readonly adapter?: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface SelectRequest {
  /** What the person said, grounded (dates resolved) by the caller. */
  readonly input: string;
  /** At least one tool. */
  readonly candidates: readonly EngineTool[];
}

export interface Selection {
  /** The chosen tool's name, or null: none fits. */
  readonly tool: string | null;
  /** Probability of the choice, 0 to 1. */
  readonly confidence: number;
  /** Every candidate's probability, best first; 0 for those that were not asked, because another was sure. */
  readonly scores: readonly { readonly tool: string; readonly probability: number }[];
  readonly usage: Usage;
  readonly timings: { readonly select_ms: number };
}

export interface GenerateRequest {
  readonly input: string;
  readonly tool: EngineTool;
  /** Default 256. */
  readonly maxTokens?: number;
  /** Default greedy: the likeliest token that the grammar allows. */
  readonly sampling?: Sampling;
}

/** How tokens are drawn. The same seed gives the same answer, whatever else runs in the batch. */
export interface Sampling {
  /** 0: greedy. 1: the model's own distribution, over what the grammar allows. */
  readonly temperature: number;
  /** 0 to 1, default 1: draw from the likeliest tokens that together have this share. */
  readonly topP?: number;
  /** A whole number. Default: another one each time. */
  readonly seed?: number;
}

export interface Usage {
  readonly prompt_tokens: number;
  /** Tokens of the arguments, forced ones included. */
  readonly completion_tokens: number;
  /** Those of them the grammar forced, so that the model was never asked. */
  readonly forced_tokens: number;
  /** Runs of the model. */
  readonly passes: number;
}

export interface Generation {
  /** The arguments' JSON text; complete only when `finish` is `stop`. */
  readonly text: string;
  /** `length`: maxTokens or the context ran out; `dead_end`: the grammar had no way on. */
  readonly finish: 'stop' | 'length' | 'dead_end';
  /** 0 to 1: the product of the chosen tokens' probabilities over every decision the model made. */
  readonly confidence: number;
  /** The same for each argument, by JSON Pointer. */
  readonly fields: readonly { readonly pointer: string; readonly confidence: number }[];
  readonly usage: Usage;
  readonly timings: { readonly prefill_ms: number; readonly decode_ms: number };
}

export interface AdapterInfo {
  /** SHA-256 of configuration and weights, hex: the adapter's identity everywhere. */
  readonly digest: string;
  readonly rank: number;
  readonly alpha: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly targets: readonly string[];
}

export interface EngineInfo {
  readonly model: string;
  readonly digest: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly device: string;
  /** Why there. */
  readonly deviceReason: string;
}

/** Counts since the model was loaded. */
export interface ModelStats {
  /** Runs of the model; rows and tokens they read; tokens of padding among what they computed. */
  readonly steps: number;
  readonly rows: number;
  readonly tokens: number;
  readonly padding: number;
  /** Milliseconds in runs of the model, and in masks, forced tokens and choices. */
  readonly stepMs: number;
  readonly maskMs: number;
  /** Requests that wait for a run or are in one. */
  readonly active: number;
  /** Bytes of keys and values copied so that rows stand side by side. */
  readonly copiedBytes: number;
  /** Adapters that one run may mix. */
  readonly adapterSlots: number;
  /** Prompt tokens asked of the prefix cache, those it had, and what it holds. */
  readonly prefix: { readonly asked: number; readonly known: number; readonly bytes: number };
  /** Guessed tokens by source, and how many the model chose too. */
  readonly drafts: Readonly<
    Record<'request' | 'habit', { readonly proposed: number; readonly accepted: number }>
  >;
}

export interface EngineStats {
  readonly queue: {
    readonly waiting: number;
    readonly running: number;
    readonly limit: number;
    /** Requests refused because it was full. */
    readonly refused: number;
  };
  /** How often the model had to be loaded again. */
  readonly restarts: number;
  /** As of the last answer; null before the first. */
  readonly model: ModelStats | null;
}

/** Text + adapter + grammar → arguments. Every engine's output still passes Ajv before anything is forwarded. */
export interface Engine {
  readonly info: EngineInfo;
  /** Reads a PEFT folder, checks it against the model. Throws `adapter_invalid`, `adapter_mismatch`, `adapter_unsupported`. */
  addAdapter(folder: string): Promise<AdapterInfo>;
  /** Forgets an adapter: requests that name it from now on get `adapter_not_found`. */
  removeAdapter(digest: string): Promise<void>;
  /** These adapters stay ready as long as there is room; all others make room first. */
  pinAdapters(digests: readonly string[]): Promise<void>;
  select(request: SelectRequest, options?: RequestOptions): Promise<Selection>;
  generate(request: GenerateRequest, options?: RequestOptions): Promise<Generation>;
  /** Null when ready; otherwise why not. */
  trouble(): string | null;
  stats(): EngineStats;
  close(): Promise<void>;
}
