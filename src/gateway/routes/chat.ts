import { Hono } from 'hono';
import { readJson } from '../body.ts';
import type { GatewayEnv } from '../env.ts';
import { spend } from '../metering.ts';
import { readChatRequest, toChatCompletion, toChunks } from '../openai/index.ts';
import type { Ports } from '../ports.ts';

/** `/v1/chat/completions` as OpenAI's clients speak it. */
export function chatRoutes({ completions, keys }: Pick<Ports, 'completions' | 'keys'>): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();

  app.post('/', async (c) => {
    const request = readChatRequest(await readJson(c));
    const completion = await completions.create(request, c.get('caller'), c.req.raw.signal);
    await spend(c, keys, completion.usage);
    // The base model reads one message; a client that sent more can see here that it did.
    if (request.unread > 0) c.header('x-tenon-unread-messages', String(request.unread));
    if (!request.stream) return c.json(toChatCompletion(completion));
    c.header('content-type', 'text/event-stream; charset=utf-8');
    c.header('cache-control', 'no-cache');
    return c.body(toEventStream(toChunks(completion, request.includeUsage)));
  });

  return app;
}

function toEventStream(chunks: Generator<object>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = chunks.next();
      controller.enqueue(encoder.encode(`data: ${done ? '[DONE]' : JSON.stringify(value)}\n\n`));
      if (done) controller.close();
    },
  });
}
