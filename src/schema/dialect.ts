import { TenonError } from '../errors.ts';

export type Dialect = '2020-12' | '2019-09' | 'draft-07' | 'draft-06' | 'draft-04';

/** The URI of each dialect's own meta-schema. */
export const META_SCHEMAS: Readonly<Record<Dialect, string>> = {
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  'draft-07': 'http://json-schema.org/draft-07/schema',
  'draft-06': 'http://json-schema.org/draft-06/schema',
  'draft-04': 'http://json-schema.org/draft-04/schema',
};

const DIALECTS = new Map(Object.entries(META_SCHEMAS).map(([dialect, uri]) => [uri, dialect as Dialect]));

/** The dialect a schema names in `$schema`; 2020-12 where it names none. Throws `schema_dialect_unknown`. */
export function dialectOf(schema: unknown): Dialect {
  if (typeof schema !== 'object' || schema === null || !('$schema' in schema)) return '2020-12';
  const named = schema.$schema;
  const known = typeof named === 'string' ? DIALECTS.get(named.replace(/#$/, '')) : undefined;
  if (known === undefined) {
    const dialect = JSON.stringify(named)?.slice(0, 200) ?? 'undefined';
    throw new TenonError('schema_dialect_unknown', { dialect }, { param: '/$schema' });
  }
  return known;
}

/** The keyword that names a resource. */
export function identityKeyword(dialect: Dialect): 'id' | '$id' {
  return dialect === 'draft-04' ? 'id' : '$id';
}
