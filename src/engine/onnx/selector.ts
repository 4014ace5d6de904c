import type { Model } from '../../model/index.ts';
import type { EngineTool } from '../types.ts';
import type { PrefixCache } from './prefix-cache.ts';
import type { StartedRow } from './read-starts.ts';
import type { Passes } from './scheduler.ts';
import type { ToolContexts } from './tool-contexts.ts';

export interface SelectInput {
  readonly model: Model;
  readonly passes: Passes;
  readonly contexts: ToolContexts;
  readonly prefixes: PrefixCache;
  readonly request: string;
  readonly candidates: readonly EngineTool[];
}

/** What a way of selecting found; probabilities in the order of the candidates. */
export interface Scored {
  readonly probabilities: readonly number[];
  /** Of none of them. */
  readonly none: number;
  readonly promptTokens: number;
  /** Sequences that `generate` can go on from, in the order of the candidates, where there are any. */
  readonly started: readonly (StartedRow | undefined)[];
}

export type Selector = (input: SelectInput) => Promise<Scored>;

/** The tool as the bare model knows it: from its signature. */
export function withoutAdapter({ name, description, parameters }: EngineTool): EngineTool {
  return { name, description, parameters };
}
