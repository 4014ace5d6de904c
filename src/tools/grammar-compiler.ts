import { TenonError } from '../errors.ts';
import {
  createWorkerPool,
  fromOutcome,
  type JsonSchema,
  type Outcome,
  WorkerStopped,
} from '../schema/index.ts';
import type { CompiledGrammar, GrammarTask, GrammarThread } from './grammar-worker.ts';

/** The grammar of a schema nobody has seen before, compiled where it can harm nothing. */
export interface GrammarCompiler {
  /** Throws the grammar's own error by its code, `schema_too_complex` where it takes too long or too much. */
  compile(schema: JsonSchema): Promise<CompiledGrammar>;
  close(): Promise<void>;
}

export interface GrammarCompilerOptions {
  /** Default 5,000. */
  readonly limitMs?: number;
  /** Default 512. */
  readonly memoryMb?: number;
  /** GBNF texts by the name that `x-grammar` calls them; default none. */
  readonly grammars?: Readonly<Record<string, string>>;
}

export function createGrammarCompiler(options: GrammarCompilerOptions = {}): GrammarCompiler {
  const { limitMs = 5_000, memoryMb = 512, grammars = {} } = options;
  const data: GrammarThread = { grammars };
  const pool = createWorkerPool({ file: new URL('./grammar-worker.ts', import.meta.url), memoryMb, data });
  return {
    async compile(schema) {
      const task: GrammarTask = { schema: JSON.stringify(schema) };
      try {
        return fromOutcome(await pool.run<Outcome<CompiledGrammar>>('compileGrammar', task, limitMs));
      } catch (error) {
        if (!(error instanceof WorkerStopped)) throw error;
        const limit = error.reason === 'time' ? `${limitMs} ms` : `${memoryMb} MB`;
        throw new TenonError('schema_too_complex', { limit, stage: 'grammar' }, { cause: error });
      }
    },
    close: () => pool.close(),
  };
}
