import { TenonError } from '../errors.ts';
import { inspectModel, inspectSmallFiles } from './inspect-model.ts';

/** The process of `inspectGuarded`: one folder, one answer. */
process.once('message', ({ folder, weights }: { readonly folder: string; readonly weights: boolean }) => {
  process.send!(answer(folder, weights), () => process.disconnect());
});

function answer(folder: string, weights: boolean): object {
  try {
    if (weights) return { summary: inspectModel(folder) };
    inspectSmallFiles(folder);
    return { summary: null };
  } catch (error) {
    if (error instanceof TenonError) return { failure: { code: error.code, values: error.values } };
    throw error;
  }
}
