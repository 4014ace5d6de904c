import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Pool } from 'undici';
import { percentile, round } from './figures.ts';

interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const DIRECT: Request = { path: '/bookings', headers: JSON_TYPE, body: '{"name":"Luigi","guests":4}' };
const CALL: Request = {
  path: '/v1/calls',
  headers: JSON_TYPE,
  body: '{"input":"a table for four at Luigi"}',
};
const COMPLETION: Request = {
  path: '/v1/chat/completions',
  headers: JSON_TYPE,
  body: JSON.stringify({
    model: 'instant',
    messages: [{ role: 'user', content: 'a table for four at Luigi' }],
    tools: [{ type: 'function', function: { name: 'book_table' } }],
  }),
};

/**
 * `bench gateway`: what everything but the model costs. The engine answers at once, rows are durable, the upstream is
 * local; gateway, upstream and client have a thread each. `added_ms` is a call's percentile less that of the same request
 * sent straight to the upstream. `--quick`: fewer calls.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: 'boolean' } } });
  const folder = mkdtempSync(join(tmpdir(), 'tenon-bench-gateway-'));
  const [upstream, origin] = await start('./gateway-upstream.ts', {});
  const [gateway, url] = await start('./gateway-server.ts', { upstream: origin, folder });
  const scale = values.quick ? 0.2 : 1;
  const figures: Record<string, unknown> = {};
  for (const [concurrency, count] of [
    [1, 1_000],
    [32, 6_000],
    [256, 6_000],
  ] as const) {
    const times = Math.ceil(count * scale);
    const direct = await measure(origin, DIRECT, concurrency, times);
    const call = await measure(url, CALL, concurrency, times);
    const completion = concurrency > 24 ? null : await measure(url, COMPLETION, concurrency, times);
    const figure = {
      calls_per_s: call.per_s,
      added_ms: less(call.ms, direct.ms),
      call_ms: call.ms,
      direct_ms: direct.ms,
    };
    figures[`at_${concurrency}`] = { ...figure, ...(completion && { completion_ms: completion.ms }) };
    process.stdout.write(
      `${String(concurrency).padStart(4)} at once  ${JSON.stringify(figures[`at_${concurrency}`])}\n`,
    );
  }
  gateway.postMessage('keys');
  const [secret] = (await once(gateway, 'message')) as [string];
  const headers = { ...CALL.headers, authorization: `Bearer ${secret}` };
  const keyed = await measure(url, { ...CALL, headers }, 32, Math.ceil(6_000 * scale));
  figures.with_key_at_32 = { calls_per_s: keyed.per_s, call_ms: keyed.ms };
  await Promise.all([gateway.terminate(), upstream.terminate()]);
  rmSync(folder, { recursive: true, force: true });
  const at32 = figures.at_32 as object;
  process.stdout.write(`${JSON.stringify({ ...at32, ...figures })}\n`);
}

async function start(file: string, workerData: object): Promise<readonly [Worker, string]> {
  const worker = new Worker(new URL(file, import.meta.url), { workerData });
  const [address] = (await once(worker, 'message')) as [string];
  return [worker, address];
}

type Percentiles = Readonly<Record<'p50' | 'p99' | 'p999', number>>;

async function measure(
  origin: string,
  { path, headers, body }: Request,
  concurrency: number,
  count: number,
): Promise<{ readonly per_s: number; readonly ms: Percentiles }> {
  const pool = new Pool(origin, { connections: concurrency });
  const ms: number[] = [];
  const send = async () => {
    const started = performance.now();
    const answer = await pool.request({ path, method: 'POST', headers: { ...headers }, body });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
    ms.push(performance.now() - started);
  };
  let left = count;
  const worker = async () => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  ms.length = 0;
  const begun = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - begun) / 1000;
  await pool.close();
  const at = (share: number) => round(percentile(ms, share));
  return { per_s: Math.round(ms.length / seconds), ms: { p50: at(0.5), p99: at(0.99), p999: at(0.999) } };
}

function less(a: Percentiles, b: Percentiles): Percentiles {
  return { p50: round(a.p50 - b.p50), p99: round(a.p99 - b.p99), p999: round(a.p999 - b.p999) };
}
