import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LaunchedGateway, launchGateway } from '../support/launch.ts';

const data = mkdtempSync(join(tmpdir(), 'tenon-wire-'));
let gateway: LaunchedGateway;
let openai: OpenAI;
beforeAll(async () => {
  gateway = await launchGateway(['--data', data]);
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(data, { recursive: true, force: true });
});

const ask = (content: string, over: object = {}) =>
  openai.chat.completions.create({
    model: 'tenon-base',
    messages: [{ role: 'user', content }],
    tools: ['book_table', 'lookup_order'].map((name) => ({ type: 'function', function: { name } })),
    ...over,
  });

describe("OpenAI's client on the embedded model", () => {
  it('gets the call that the adapter makes', async () => {
    const { choices } = await ask('where is my order AB-12345?');
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'lookup_order', arguments: '{"order_id":"AB-12345"}' },
    });
  });

  it('gets a refusal where no tool fits', async () => {
    expect((await ask('who wrote Hamlet?')).choices[0]?.message.refusal).toContain('no prose');
  });

  it('gets JSON under a schema of its own, whatever its root', async () => {
    for (const schema of [
      {
        type: 'object',
        properties: { room: { enum: ['kitchen', 'bath'] } },
        required: ['room'],
        additionalProperties: false,
      },
      { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 2 },
      { enum: ['yes', 'no'] },
    ]) {
      const { choices } = await ask('lights on in the kitchen', {
        tools: null,
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
      });
      expect([choices[0]?.finish_reason, typeof JSON.parse(choices[0]?.message.content ?? '')]).toEqual([
        'stop',
        Array.isArray(schema.enum) ? 'string' : 'object',
      ]);
    }
  });

  it('is told what was cut', async () => {
    const { choices, usage } = await ask('a table for two at Luigi tomorrow at 8pm', {
      max_completion_tokens: 5,
    });
    expect([choices[0]?.finish_reason, usage?.completion_tokens]).toEqual(['length', expect.any(Number)]);
  });

  it('with a seed gets the same sample again', async () => {
    const sample = async (seed: number) =>
      (await ask('book a table at the Möwe', { temperature: 1.5, seed, tool_choice: 'required' })).choices[0]
        ?.message.tool_calls?.[0];
    const [first, second] = [await sample(7), await sample(7)];
    expect(first && 'function' in first && first.function).toEqual(
      second && 'function' in second && second.function,
    );
  });
});

describe("MCP's client on the demo service", () => {
  it('calls a tool, and hears where its arguments are wrong', async () => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`)));
    expect((await client.listTools()).tools.length).toBeGreaterThanOrEqual(8);
    const found = await client.callTool({ name: 'lookup_order', arguments: { order_id: 'AB-12345' } });
    expect(found.structuredContent).toMatchObject({
      status: 'forwarded',
      upstream: { body: { status: 'shipped' } },
    });
    const wrong = await client.callTool({ name: 'lookup_order', arguments: { order_id: 7 } });
    expect(wrong).toMatchObject({ isError: true, structuredContent: { errors: [{ pointer: '/order_id' }] } });
    await client.close();
  });
});
