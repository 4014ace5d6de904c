import type { ErrorCode, Issue } from '../../errors.ts';
import type { LoraAdapter } from '../../lora/index.ts';
import type {
  EngineInfo,
  GenerateRequest,
  Generation,
  ModelStats,
  Selection,
  SelectRequest,
} from '../types.ts';
import type { RuntimeOptions } from './runtime.ts';

/** What the worker does, by name: what it takes and what it answers. */
export interface Methods {
  readonly start: { readonly takes: RuntimeOptions; readonly answers: EngineInfo };
  readonly addAdapter: { readonly takes: string; readonly answers: LoraAdapter };
  /** Known from a thread before: checked then, and by their files' stamps when they are used. */
  readonly knowAdapters: { readonly takes: readonly LoraAdapter[]; readonly answers: null };
  readonly removeAdapter: { readonly takes: string; readonly answers: null };
  readonly pinAdapters: { readonly takes: readonly string[]; readonly answers: null };
  readonly select: { readonly takes: SelectRequest; readonly answers: Selection };
  readonly generate: { readonly takes: GenerateRequest; readonly answers: Generation };
}

export type Method = keyof Methods;

export type ToWorker =
  | {
      readonly [M in Method]: {
        readonly id: number;
        readonly method: M;
        readonly value: Methods[M]['takes'];
      };
    }[Method]
  | { readonly id: number; readonly method: 'cancel' }
  | { readonly id: number; readonly method: 'stop' };

/** A TenonError as it crosses the thread: class instances do not survive structured cloning. */
export interface Failure {
  readonly code: ErrorCode;
  readonly values: Readonly<Record<string, string | number>>;
  readonly param: string | undefined;
  readonly details: readonly Issue[] | undefined;
  /** For the log, where the code is `internal`. */
  readonly cause: string | undefined;
}

export type FromWorker = { readonly id: number; readonly stats: ModelStats | null } & (
  | { readonly value: unknown }
  | { readonly failure: Failure }
);
