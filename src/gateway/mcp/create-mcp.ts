import {
  createMcpHandler,
  type McpRequestContext,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from '@modelcontextprotocol/server';
import type { CallResult, Calls } from '../../calls/index.ts';
import { TenonError } from '../../errors.ts';
import type { Registry } from '../../tools/index.ts';
import { checkTool, mayUseTool, type Who } from '../keys/index.ts';
import type { Log } from '../log.ts';
import { callerOptions } from '../metering.ts';
import { toMcpTool } from './tool.ts';
import { toToolResult } from './tool-result.ts';

export interface McpPorts {
  readonly registry: Pick<Registry, 'list' | 'get'>;
  readonly calls: Pick<Calls, 'call'>;
  readonly metrics: { call(result: CallResult): void };
  readonly log: Log;
  readonly version: string;
}

/** Who asks, and what their request brought beside its message. */
export interface McpCaller {
  readonly caller: Who;
  readonly idempotencyKey: string | undefined;
}

export interface Mcp {
  /** One HTTP request of Streamable HTTP; `body` is its JSON, where it has one. */
  fetch(request: Request, body: unknown, from: McpCaller): Promise<Response>;
  /** Tells clients that listen that the tools are not what they were. */
  toolsChanged(): void;
  /** Ends open streams. */
  close(): Promise<void>;
}

/** Streams of clients that listen for changes. */
const MOST_LISTENERS = 256;

const INSTRUCTIONS =
  'Each tool is a call of a registered API. Arguments are validated before anything is sent; what does not fit, and ' +
  'every call of a destructive tool, waits for a person to review it. A result says whether the call was sent.';

/**
 * The registered tools over MCP, for the revision of 2026-07-28 and, without sessions, for those of 2025. A server is
 * made for each request, as the SDK has it, so that any gateway can answer any request.
 */
export function createMcp(ports: McpPorts): Mcp {
  const handler = createMcpHandler((context) => createServer(ports, callerOf(context)), {
    maxSubscriptions: MOST_LISTENERS,
    onerror: (err) => ports.log.info({ err }, 'an MCP request was refused'),
  });
  return {
    fetch: (request, body, from) =>
      handler.fetch(request, {
        // The keys have been checked by then; this carries who it was to the handlers.
        authInfo: { token: '', clientId: from.caller?.name ?? '', scopes: [], extra: { from } },
        ...(body === undefined ? {} : { parsedBody: body }),
      }),
    toolsChanged: () => handler.notify.toolsChanged(),
    close: () => handler.close(),
  };
}

function callerOf({ authInfo }: McpRequestContext): McpCaller {
  return authInfo?.extra?.from as McpCaller;
}

function createServer({ registry, calls, metrics, version }: McpPorts, from: McpCaller): Server {
  const server = new Server(
    { name: 'tenon', title: 'Tenon', version },
    { capabilities: { tools: { listChanged: true } }, instructions: INSTRUCTIONS },
  );

  server.setRequestHandler('tools/list', async () => {
    const tools = await registry.list();
    return { tools: tools.filter(({ name }) => mayUseTool(from.caller, name)).map(toMcpTool) };
  });

  server.setRequestHandler('tools/call', async ({ params: { name, arguments: args = {} } }, { mcpReq }) => {
    return await asProtocolErrors(async () => {
      checkTool(from.caller, name);
      const tool = await registry.get(name);
      const result = await calls.call(
        { input: `${name} ${JSON.stringify(args)}`, tool: name, arguments: args },
        {
          ...callerOptions(from.caller),
          ...(from.idempotencyKey === undefined ? {} : { idempotencyKey: from.idempotencyKey }),
          signal: mcpReq.signal,
        },
      );
      metrics.call(result);
      return toToolResult(result, tool);
    });
  });

  return server;
}

/** What is wrong with the request, rather than with the call, is an error of the protocol, with our code in its data. */
async function asProtocolErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TenonError))
      throw new ProtocolError(ProtocolErrorCode.InternalError, internal.message);
    const code = error.status >= 500 ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
    throw new ProtocolError(code, error.message, { code: error.code, param: error.param ?? null });
  }
}

const internal = new TenonError('internal');
