import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
 * `inspectModel`, or of what there is beside the weights (null), in a process of its own: a chat template is a program
 * and a tokenizer's pattern may take for ever, and a thread that is out of memory can take its process with it.
 * Throws `model_invalid` for one that takes too much, too.
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
  const child = fork(fileURLToPath(new URL('./inspect-process.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${limits.memoryMb}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const tooMuch = (what: string) =>
    new TenonError('model_invalid', {
      file: folder,
      reason: `its tokenizer or chat template takes too much ${what}`,
    });
  const timer = setTimeout(() => reject(tooMuch('time')), limits.ms);
  child.once('message', (answer) => resolve(answer as Answer));
  child.once('error', reject);
  child.once('close', (code, signal) => {
    // V8 ends a process that is out of memory by a signal.
    if (signal) reject(tooMuch('memory'));
    else reject(new TenonError('internal', {}, { cause: new Error(`inspection ended with code ${code}`) }));
  });
  child.send({ folder, weights: parts === undefined });
  try {
    const { summary = null, failure } = await promise;
    if (failure) throw new TenonError(failure.code, failure.values);
    return summary;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
