import { ERRORS, type ErrorCode, TenonError } from './errors.ts';

/** As src/grammar/errors.ts has it. That room depends on nothing, our errors included, so they are known by shape. */
interface GrammarErrorShape extends Error {
  readonly code: string;
  readonly keyword?: string;
  readonly pointer?: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** The same error in the table's terms, or undefined for one that is not the grammar's. */
export function fromGrammarError(error: unknown): TenonError | undefined {
  if (!isGrammarError(error)) return undefined;
  const { code, keyword = '', pointer = '', values, message } = error;
  const options = { param: pointer, details: [{ pointer, keyword, message }], cause: error };
  if (Object.hasOwn(ERRORS, code)) return new TenonError(code as ErrorCode, { ...values }, options);
  return new TenonError('schema_unsupported', { keyword, pointer, reason: message }, options);
}

function isGrammarError(error: unknown): error is GrammarErrorShape {
  return error instanceof Error && error.name === 'GrammarError' && 'code' in error;
}
