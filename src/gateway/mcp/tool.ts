import type { Tool as McpTool } from '@modelcontextprotocol/server';
import type { Tool } from '../../tools/index.ts';

/** What every call is answered with, whatever the tool: what became of it, and what its API said. */
const OUTPUT = {
  type: 'object' as const,
  properties: {
    call: { type: 'string', description: 'Id of the call, for GET /v1/calls/{id}' },
    status: {
      enum: ['forwarded', 'validated', 'in_review', 'failed'],
      description:
        'forwarded: sent and accepted. validated: the tool has no API to send to. in_review: a person decides',
    },
    upstream: {
      type: ['object', 'null'],
      properties: { status: { type: 'integer' }, body: {} },
      required: ['status', 'body'],
    },
    review: {
      type: 'object',
      properties: { id: { type: 'string' }, kind: { type: 'string' }, message: { type: 'string' } },
      required: ['id', 'kind', 'message'],
    },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string' },
          keyword: { type: 'string' },
          message: { type: 'string' },
        },
        required: ['pointer', 'keyword', 'message'],
      },
    },
  },
  required: ['call', 'status', 'upstream'],
};

export function toMcpTool(tool: Tool): McpTool {
  const { name, description, parameters, upstream, policy } = tool;
  return {
    name,
    description,
    // A registered schema has "type": "object": check-manifest.ts.
    inputSchema: parameters as McpTool['inputSchema'],
    outputSchema: OUTPUT,
    annotations: {
      readOnlyHint: upstream === undefined || upstream.method === 'GET',
      destructiveHint: policy?.destructive ?? false,
      openWorldHint: upstream !== undefined,
    },
  };
}
