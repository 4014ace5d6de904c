import { ERRORS, type ErrorCode, TenonError } from '../errors.ts';
import { compileSchema } from '../grammar/index.ts';
import type { Site } from '../grammar/types.ts';
import { type Outcome, toOutcome } from '../schema/index.ts';

export interface GrammarTask {
  readonly schema: string;
}

/** What is kept of a compiled grammar: the engine compiles its own. */
export interface CompiledGrammar {
  readonly report: { readonly checked: readonly Site[]; readonly unenforced: readonly Site[] };
  readonly gbnf: string;
}

export function compileGrammar(task: GrammarTask): Outcome<CompiledGrammar> {
  return toOutcome(() => {
    try {
      const grammar = compileSchema(JSON.parse(task.schema));
      return { report: grammar.report, gbnf: grammar.toGbnf() };
    } catch (error) {
      throw isGrammarError(error) ? toTenonError(error) : error;
    }
  });
}

/** As contracts.md has it, with the values of its message. The room behind it depends on nothing, our errors included. */
interface GrammarError extends Error {
  readonly code: string;
  readonly keyword?: string;
  readonly pointer?: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

function isGrammarError(error: unknown): error is GrammarError {
  return error instanceof Error && error.name === 'GrammarError' && 'code' in error;
}

function toTenonError({ code, keyword = '', pointer = '', values, message }: GrammarError): TenonError {
  const options = { param: pointer, details: [{ pointer, keyword, message }] };
  if (Object.hasOwn(ERRORS, code)) return new TenonError(code as ErrorCode, { ...values }, options);
  return new TenonError('schema_unsupported', { keyword, pointer, reason: message }, options);
}
