/**
 * What this room refuses, by code. The gateway knows the same codes in its own table, so that a refusal here
 * becomes an answer there; `values` fill the holes of either message.
 */
export const GRAMMAR_ERRORS = {
  schema_invalid: 'The schema is not usable: {reason}.',
  schema_too_large: 'The schema has {what} beyond the limit of {limit}. Make it smaller, or split it in two.',
  schema_too_deep:
    'The schema is nested more than {limit} levels deep. Flatten it, or move parts into $defs.',
  schema_ref_unresolved:
    'The reference {ref} leads nowhere. Nothing is fetched: put that schema into $defs, or pass its document along.',
  schema_dialect_unknown:
    'The schema says it is {dialect}. Use 2020-12 (the default), 2019-09, draft-07, draft-06 or draft-04.',
  schema_pattern_unsupported:
    'The pattern {pattern} cannot be compiled: {reason}. Rewrite it without that part.',
  schema_unsatisfiable:
    'No finite value satisfies the schema. Look for a `false`, an empty enum, or a required property that needs itself.',
  grammar_syntax: 'The grammar is not valid GBNF: line {line}: {reason}.',
  grammar_left_recursion:
    'The rule {rule} of the grammar begins with itself. Rewrite it so that each turn reads at least one character first.',
  grammar_unknown: 'There is no grammar {name}. Known: {known}.',
  grammar_too_complex:
    'The grammar needs more than {limit} {what} to decide the next token. Simplify it: fewer overlapping alternatives, smaller repeats.',
} as const;

export type GrammarErrorCode = keyof typeof GRAMMAR_ERRORS;

export interface GrammarErrorPlace {
  readonly keyword?: string | undefined;
  /** JSON Pointer into the schema. */
  readonly pointer?: string | undefined;
}

export class GrammarError extends Error {
  override readonly name = 'GrammarError';
  readonly code: GrammarErrorCode;
  readonly keyword: string | undefined;
  readonly pointer: string | undefined;
  readonly values: Readonly<Record<string, string | number>>;

  constructor(
    code: GrammarErrorCode,
    values: Readonly<Record<string, string | number>> = {},
    place: GrammarErrorPlace = {},
  ) {
    const where =
      place.pointer === undefined ? '' : ` (at ${place.pointer === '' ? 'the root' : place.pointer})`;
    super(
      GRAMMAR_ERRORS[code].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole)) +
        where,
    );
    this.code = code;
    this.keyword = place.keyword;
    this.pointer = place.pointer;
    this.values = values;
  }
}
