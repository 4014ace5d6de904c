import { needOf } from '../keys/index.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { ref, schemas } from './schemas.ts';

export interface RouteOf {
  readonly method: string;
  /** As Hono writes it: `/v1/tools/:name`. */
  readonly path: string;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: object;
  readonly security: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: { readonly schemas: object; readonly securitySchemes: object };
}

/** The OpenAPI 3.1 description of an app's routes. A route that `OPERATIONS` does not know is left out. */
export function describeRoutes(routes: readonly RouteOf[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path } of routes) {
    const operation = OPERATIONS[`${method} ${path}`];
    if (operation === undefined) continue;
    const at = path.replace(/:(\w+)/g, '{$1}');
    paths[at] = { ...paths[at], [method.toLowerCase()]: describe(operation, method, path) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tenon',
      version,
      description: 'Plain language in, one API call out that fits its JSON Schema exactly.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Either: keys are off until there is one.
    security: [{ key: [] }, {}],
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, where there are any' },
      },
    },
  };
}

function describe(operation: Operation, method: string, path: string): object {
  const { id, tag, summary, query = {}, headers = {} } = operation;
  const need = needOf(method, path);
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema })),
    ...Object.entries(headers).map(([name, schema]) => ({ name, in: 'header', schema })),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(need === 'public' ? { security: [] } : {}),
    ...(typeof need === 'string'
      ? {}
      : { description: `A key needs the scope ${need.join(' or ')}, or admin.` }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(operation),
    responses: { ...answersOf(operation), ...errorsOf(operation, need === 'public') },
  };
}

function bodyOf({ body, multipart }: Operation): object {
  if (body !== undefined) {
    return { requestBody: { required: true, content: { 'application/json': { schema: body } } } };
  }
  if (multipart === undefined) return {};
  const schema = { type: 'object', properties: multipart, required: Object.keys(multipart) };
  return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
}

function answersOf({ answers }: Operation): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      {
        description: 'Done',
        ...(answer && { content: { [answer.type]: { schema: answer.schema } } }),
      },
    ]),
  );
}

function errorsOf({ body, multipart, query, errors = [] }: Operation, isPublic: boolean): object {
  const takes = body !== undefined || multipart !== undefined;
  const statuses = [
    ...(takes || query !== undefined ? [400] : []),
    ...(isPublic ? [] : [401, 403, 429]),
    ...(takes ? [413, 415] : []),
    ...errors,
  ];
  const error = {
    description: 'Refused, with a code',
    content: { 'application/json': { schema: ref('Error') } },
  };
  return {
    ...Object.fromEntries([...new Set(statuses)].map((status) => [status, error])),
    default: error,
  };
}
