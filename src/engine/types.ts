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
  /** Every candidate's probability, best first. */
  readonly scores: readonly { readonly tool: string; readonly probability: number }[];
  readonly usage: Usage;
  readonly timings: { readonly select_ms: number };
}

export interface GenerateRequest {
  readonly input: string;
  readonly tool: EngineTool;
  /** Default 256. */
  readonly maxTokens?: number;
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
}

/** Text + adapter + grammar → arguments. Every engine's output still passes Ajv before anything is forwarded. */
export interface Engine {
  readonly info: EngineInfo;
  /** Reads a PEFT folder, checks it against the model. Throws `adapter_invalid`, `adapter_mismatch`, `adapter_unsupported`. */
  addAdapter(folder: string): Promise<AdapterInfo>;
  select(request: SelectRequest, options?: RequestOptions): Promise<Selection>;
  generate(request: GenerateRequest, options?: RequestOptions): Promise<Generation>;
  /** Null when ready; otherwise why not. */
  trouble(): string | null;
  close(): Promise<void>;
}
