import { resolve } from 'node:path';
import type { RunningGateway } from '../../gateway/node.ts';
import type { Tool } from '../../tools/types.ts';
import type { RunningDemo } from '../demo/start.ts';
import { accent, bold, dim } from '../style.ts';
import { VERSION } from '../version.ts';

export interface Up {
  readonly gateway: RunningGateway;
  readonly demo: RunningDemo | null;
  readonly data: string;
  /** From the command to the first request it could take. */
  readonly seconds: number;
}

/** What is up, and three commands to try. */
export async function banner({ gateway, demo, data, seconds }: Up): Promise<string> {
  const { info } = gateway.ports.engine;
  const tools = await gateway.ports.registry.list();
  const model = `${info.model}: ${info.architecture}, ${(info.parameters / 1e6).toFixed(1)}M parameters, ${info.device}`;
  const lines = [
    '',
    `${bold('Tenon')} ${VERSION} is up ${dim(`after ${seconds.toFixed(1)} s`)}`,
    '',
    row('gateway', accent(gateway.url)),
    row('model', model),
    row('tools', describeTools(tools)),
    ...(demo
      ? [row('upstream', `${accent(demo.url)} ${dim('a demo service: open it to see what arrives')}`)]
      : []),
    row('data', resolve(data)),
    '',
    ...suggestions(gateway.url, tools),
  ];
  return lines.join('\n');
}

/** The same for programs. */
export async function readyLine({ gateway, demo, data, seconds }: Up): Promise<Record<string, unknown>> {
  const tools = await gateway.ports.registry.list();
  return {
    url: gateway.url,
    demo_url: demo?.url ?? null,
    data: resolve(data),
    model: gateway.ports.engine.info.model,
    tools: tools.map(({ name }) => name),
    started_in_ms: Math.round(seconds * 1000),
  };
}

const row = (name: string, value: string): string => `  ${dim(name.padEnd(10))}${value}`;

function describeTools(tools: readonly Tool[]): string {
  if (tools.length === 0) return 'none yet';
  const names = tools.map(({ name, adapter }) => (adapter ? `${name} ${dim('+adapter')}` : name));
  const lines: string[] = [];
  for (let i = 0; i < names.length; i += 3) lines.push(names.slice(i, i + 3).join(', '));
  return lines.join(`,\n${' '.repeat(12)}`);
}

function suggestions(url: string, tools: readonly Tool[]): readonly string[] {
  const elsewhere = url === 'http://127.0.0.1:8787' ? '' : ` --url ${url}`;
  const header = "-H 'content-type: application/json'";
  if (!tools.some(({ name }) => name === 'book_table')) {
    return [`${dim('Next:')} npx tenon tool add FILE${elsewhere}`];
  }
  return [
    dim('Try:'),
    `  curl -s ${url}/v1/calls ${header} -d '{"input": "reserve a table for six at Trattoria Nonna on Friday at 7pm"}'`,
    `  npx tenon call "where is my order AB-12345?"${elsewhere}`,
    `  npx tenon review list${elsewhere}`,
    '',
  ];
}
