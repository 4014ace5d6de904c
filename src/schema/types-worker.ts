import { compile } from 'json-schema-to-typescript';

export interface TypesTask {
  readonly name: string;
  readonly schema: string;
}

/** Loads a compiler and a formatter, some 60 MB: a worker of its own, gone when idle. */
export async function writeTypes(task: TypesTask): Promise<string> {
  return compile(JSON.parse(task.schema), task.name, {
    additionalProperties: true,
    bannerComment: '',
    declareExternallyReferenced: true,
    unknownAny: true,
    maxItems: 8,
    $refOptions: { resolve: { external: false, http: false, file: false } },
    style: { singleQuote: true, printWidth: 110 },
  });
}
