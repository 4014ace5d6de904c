import { createHash } from 'node:crypto';
import { TenonError } from '../errors.ts';
import { boundInstance } from './bound-instance.ts';
import { fromOutcome, type Outcome } from './failure.ts';
import type { JsonSchema, ValidationResult, Validator } from './types.ts';
import type { CheckTask, ValidationTask, ValidationThread } from './validation-worker.ts';
import { createWorkerPool, WorkerStopped } from './worker-pool.ts';

export interface ValidatorOptions {
  /** Threads that validate; default 2. */
  readonly threads?: number;
  /** Time for one value, compiling included where the schema is new to the thread. Default 2,000. */
  readonly validateMs?: number;
  /** Time to compile a schema at registration. Default 5,000. */
  readonly checkMs?: number;
  /** Heap of a thread. Default 256. */
  readonly memoryMb?: number;
  /** GBNF texts by the name that `x-grammar` calls them; default none. */
  readonly grammars?: Readonly<Record<string, string>>;
}

/**
 * Ajv behind a wall: schemas and values are compiled and checked in threads with bounded memory and time,
 * which are killed and replaced when they overrun. Schemas must have passed `boundSchema`.
 */
export function createValidator(options: ValidatorOptions = {}): Validator {
  const { threads = 2, validateMs = 2_000, checkMs = 5_000, memoryMb = 256, grammars = {} } = options;
  const data: ValidationThread = { grammars };
  const file = new URL('./validation-worker.ts', import.meta.url);
  const validating = createWorkerPool({ file, minThreads: 1, maxThreads: threads, memoryMb, data });
  // Schemas nobody has seen compile apart, so that a bomb holds up registrations and no call.
  const checking = createWorkerPool({ file, maxThreads: 1, memoryMb, data });
  const texts = new WeakMap<object, SchemaText>();

  function textOf(schema: JsonSchema): SchemaText {
    if (typeof schema === 'boolean') return toText(schema);
    let text = texts.get(schema);
    if (text === undefined) texts.set(schema, (text = toText(schema)));
    return text;
  }

  return {
    async check(schema) {
      const task: CheckTask = { schema: JSON.stringify(schema) };
      try {
        fromOutcome(await checking.run<Outcome<null>>('check', task, checkMs));
      } catch (error) {
        if (!(error instanceof WorkerStopped)) throw error;
        const limit = error.reason === 'time' ? `${checkMs} ms` : `${memoryMb} MB`;
        throw new TenonError('schema_too_complex', { limit, stage: 'validator' }, { cause: error });
      }
    },
    async validate(schema, value) {
      const task: ValidationTask = { ...textOf(schema), value: boundInstance(value) };
      try {
        return fromOutcome(await validating.run<Outcome<ValidationResult>>('validate', task, validateMs));
      } catch (error) {
        if (!(error instanceof WorkerStopped)) throw error;
        if (error.reason === 'time')
          throw new TenonError('validation_timeout', { limit: validateMs }, { cause: error });
        throw new TenonError('validation_memory', { limit: memoryMb }, { cause: error });
      }
    },
    async close() {
      await Promise.all([validating.close(), checking.close()]);
    },
  };
}

interface SchemaText {
  readonly schema: string;
  readonly digest: string;
}

/** The text's own hash will do: the same schema in another order is compiled twice, and means the same. */
function toText(schema: JsonSchema): SchemaText {
  const text = JSON.stringify(schema);
  return { schema: text, digest: createHash('sha256').update(text).digest('hex') };
}
