import { Worker } from 'node:worker_threads';
import { type ErrorCode, TenonError } from '../errors.ts';
import type { ModelSummary } from './inspect-model.ts';

export interface InspectionLimits {
  readonly ms: number;
  readonly memoryMb: number;
}

/** Enough for the largest tokenizer on a slow machine. */
export const INSPECTION_LIMITS: InspectionLimits = { ms: 120_000, memoryMb: 4096 };

interface Answer {
  readonly summary?: ModelSummary | null;
  readonly failure?: { readonly code: ErrorCode; readonly values: TenonError['values'] };
}

/**
 * `inspectModel`, or of what there is beside the weights (null), in a thread of its own: a chat template is a program,
 * and a tokenizer's pattern may take for ever. Throws `model_invalid` for one that takes too much, too.
 */
export async function inspectGuarded(folder: string, limits: InspectionLimits): Promise<ModelSummary>;
export async function inspectGuarded(
  folder: string,
  limits: InspectionLimits,
  parts: 'small files',
): Promise<null>;
export async function inspectGuarded(
  folder: string,
  limits: InspectionLimits,
  parts?: 'small files',
): Promise<ModelSummary | null> {
  const worker = new Worker(new URL('./inspect-worker.ts', import.meta.url), {
    workerData: { folder, weights: parts === undefined },
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    env: {},
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const tooMuch = (what: string) =>
    new TenonError('model_invalid', {
      file: folder,
      reason: `its tokenizer or chat template takes too much ${what}`,
    });
  const timer = setTimeout(() => reject(tooMuch('time')), limits.ms);
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch('memory') : error),
  );
  try {
    const { summary = null, failure } = await promise;
    if (failure) throw new TenonError(failure.code, failure.values);
    return summary;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
