import { parentPort, workerData } from 'node:worker_threads';
import { TenonError } from '../errors.ts';
import { inspectModel, inspectSmallFiles } from './inspect-model.ts';

/** The thread of `inspectGuarded`: one folder, one answer. */
const { folder, weights } = workerData as { readonly folder: string; readonly weights: boolean };
try {
  if (weights) parentPort!.postMessage({ summary: inspectModel(folder) });
  else parentPort!.postMessage({ summary: inspectSmallFiles(folder) && null });
} catch (error) {
  if (!(error instanceof TenonError)) throw error;
  parentPort!.postMessage({ failure: { code: error.code, values: error.values } });
}
