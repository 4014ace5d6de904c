import type { Sampling } from '../../engine/types.ts';
import type { JsonSchema } from '../../schema/types.ts';

/** A function of the request; without `parameters` it stands for the registered tool of its name. */
export interface GivenTool {
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: unknown;
}

/** `among`: the tools that may be called, by name; all where it is null. */
export type ToolChoice =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto' | 'required'; readonly among: readonly string[] | null }
  | { readonly mode: 'named'; readonly name: string };

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly description: string | undefined;
      readonly schema: unknown;
    };

/** A chat completion request, checked, with what is not served refused and what is ignored left out. */
export interface ChatRequest {
  readonly model: string;
  /** The text of the last message, which is the user's. */
  readonly input: string;
  /** Messages before it, which the model does not read. */
  readonly unread: number;
  readonly tools: readonly GivenTool[];
  readonly choice: ToolChoice;
  readonly format: ResponseFormat;
  readonly maxTokens: number | undefined;
  readonly sampling: Sampling | undefined;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/** What the model answered: one of a call, a JSON text, or why there is neither. */
export interface Completion {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly model: string;
  readonly fingerprint: string;
  readonly content: string | null;
  readonly refusal: string | null;
  readonly call: ToolCall | null;
  readonly finish: 'stop' | 'tool_calls' | 'length';
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/** A tool with its schema checked, as the engine may be handed it. */
export interface UsableTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  /** The name of the adapter that the registered tool has. */
  readonly adapter?: string;
}
