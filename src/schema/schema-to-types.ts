import { TenonError } from '../errors.ts';
import { safeForTypes } from './safe-for-types.ts';
import type { JsonSchema } from './types.ts';
import type { TypesTask } from './types-worker.ts';
import { createWorkerPool, type WorkerPool, WorkerStopped } from './worker-pool.ts';

const LIMIT_MS = 10_000;
const MEMORY_MB = 256;

let pool: WorkerPool | undefined;

/**
 * The schema as a TypeScript type called after `name`, for people to paste into their code. Runs in a thread of its own,
 * started when first needed and gone when idle. Throws `schema_too_complex`, `schema_invalid`.
 */
export async function schemaToTypes(name: string, schema: JsonSchema): Promise<string> {
  pool ??= createWorkerPool({
    file: new URL('./types-worker.ts', import.meta.url),
    memoryMb: MEMORY_MB,
    idleMs: 5_000,
  });
  const task: TypesTask = { name, schema: JSON.stringify(safeForTypes(schema)) };
  try {
    return await pool.run<string>('writeTypes', task, LIMIT_MS);
  } catch (error) {
    if (error instanceof WorkerStopped) {
      const limit = error.reason === 'time' ? `${LIMIT_MS} ms` : `${MEMORY_MB} MB`;
      throw new TenonError('schema_too_complex', { limit, stage: 'types' }, { cause: error });
    }
    const reason = `no TypeScript type can be made of it: ${error instanceof Error ? error.message : String(error)}`;
    throw new TenonError('schema_invalid', { reason }, { param: '', cause: error });
  }
}
