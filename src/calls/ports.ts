import type { Engine } from '../engine/types.ts';
import type { Validator } from '../schema/types.ts';
import type { Store } from '../store/index.ts';
import type { Registry } from '../tools/types.ts';
import type { UpstreamClient } from '../upstream/types.ts';

/** Which content an adapter's name stands for now; null where there is none, and the base model answers. */
export interface AdapterLookup {
  digestOf(name: string): string | null;
}

/** Names change what they stand for while calls run. */
export interface AdapterVersions {
  /** What the names stand for now, until `release`: a call ends with the versions that it began with. */
  hold(names: readonly string[]): HeldAdapters;
}

export interface HeldAdapters extends AdapterLookup {
  release(): void;
}

export interface CallsOptions {
  /** IANA time zone in which "tomorrow at 8pm" is meant; default the machine's. */
  readonly zone?: string;
  /** Tools that the model chooses among; more are narrowed by full-text search. Default 8. */
  readonly maxCandidates?: number;
  /** Calls that may need the model at once; more are refused with `queue_full`. Default 96. */
  readonly maxRunning?: number;
  /** Tokens of arguments; default the engine's. */
  readonly maxTokens?: number;
  /** Told of errors that are not in the table, which a caller sees as `internal`. */
  readonly onError?: (error: unknown, callId: string) => void;
}

/** What the pipeline stands on. */
export interface CallPorts {
  readonly registry: Registry;
  readonly engine: Pick<Engine, 'select' | 'generate'>;
  readonly validator: Pick<Validator, 'validate'>;
  readonly upstream: Pick<UpstreamClient, 'send'>;
  readonly store: Store;
  readonly adapters: AdapterVersions;
  readonly clock?: () => Date;
  readonly options?: CallsOptions;
}

/** The same for one call: with the adapters as they were when it began. */
export interface OneCallPorts extends Omit<CallPorts, 'adapters'> {
  readonly adapters: AdapterLookup;
}
