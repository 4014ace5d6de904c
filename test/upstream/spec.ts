import type { UpstreamSpec } from '../../src/upstream/index.ts';

/** A tool's parameters with a property of every kind that the upstream tests use. */
export const PARAMETERS = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    n: { type: 'integer' },
    kind: { enum: ['a', 'b'] },
    ref: { $ref: '#/$defs/name' },
    either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    list: { type: 'array', items: { type: 'string' } },
    nested: { type: 'object', properties: { x: {} } },
    anything: {},
    nullable: { type: ['string', 'null'] },
    optional: { type: 'string' },
    'odd name': { type: 'string' },
  },
  required: ['id', 'n', 'kind', 'ref', 'either', 'list', 'nested', 'anything', 'nullable', 'odd name'],
  $defs: { name: { type: 'string' } },
} as const;

export function spec(change: Partial<Record<keyof UpstreamSpec, unknown>> = {}): UpstreamSpec {
  return { method: 'POST', url: 'https://api.example.com/v1/things', ...change } as UpstreamSpec;
}
