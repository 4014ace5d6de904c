import { GrammarError } from '../errors.ts';
import type { Dialect } from './node.ts';

const DIALECTS: readonly (readonly [RegExp, Dialect])[] = [
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\//, 2020],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\//, 2019],
  [/^https?:\/\/json-schema\.org\/draft-07\//, 7],
  [/^https?:\/\/json-schema\.org\/draft-06\//, 6],
  [/^https?:\/\/json-schema\.org\/draft-0?[1-4]\//, 4],
  [/^https?:\/\/json-schema\.org\/(schema|draft\/next\/|v1)/, 2020],
];

/** By `$schema`; `inherited` where there is none, or one that is not json-schema.org's. */
export function dialectOf(schema: unknown, inherited: Dialect): Dialect {
  if (typeof schema !== 'object' || schema === null) return inherited;
  const name = (schema as Readonly<Record<string, unknown>>).$schema;
  if (typeof name !== 'string') return inherited;
  for (const [pattern, dialect] of DIALECTS) if (pattern.test(name)) return dialect;
  if (/^https?:\/\/json-schema\.org\/draft/.test(name))
    throw new GrammarError(
      'schema_dialect_unknown',
      { dialect: name.slice(0, 200) },
      { keyword: '$schema', pointer: '' },
    );
  return inherited;
}
