import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallResult } from '../src/calls/types.ts';
import { type LaunchedGateway, launchGateway } from '../test/support/launch.ts';
import { CALL_INPUTS } from './call-inputs.ts';

const PHASES = ['select', 'prefill', 'decode', 'validate', 'forward'] as const;
type Phase = (typeof PHASES)[number];

interface Sample {
  /** Wall time of the whole HTTP request. */
  readonly ms: number;
  readonly call: CallResult;
}

/**
 * `bench call`: the gateway as users run it, 200 different requests one after another, every phase timed.
 * `--quick` asks 40 of them.
 */
export async function run(args: readonly string[]): Promise<void> {
  const inputs = args.includes('--quick') ? CALL_INPUTS.filter((_, i) => i % 5 === 0) : CALL_INPUTS;
  const data = await mkdtemp(join(tmpdir(), 'tenon-bench-'));
  const started = performance.now();
  const gateway = await launchGateway(['--data', data]);
  try {
    await call(gateway, 'turn on the light in the garage');
    const cold_start_ms = Math.round(performance.now() - started);
    const samples: Sample[] = [];
    for (const input of inputs) samples.push(await call(gateway, input));
    report({ cold_start_ms, rss_mb: await gateway.rssMb(), ...summarize(samples) });
  } finally {
    await gateway.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function call(gateway: LaunchedGateway, input: string): Promise<Sample> {
  const started = performance.now();
  const response = await fetch(`${gateway.url}/v1/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  });
  if (!response.ok) throw new Error(`${response.status} for "${input}": ${await response.text()}`);
  const call = (await response.json()) as CallResult;
  return { ms: performance.now() - started, call };
}

type Figures = ReturnType<typeof summarize>;

function summarize(samples: readonly Sample[]) {
  const calls = samples.map(({ call }) => call);
  const made = calls.filter(({ tool }) => tool !== null);
  const phase = (name: Phase): number =>
    round(
      percentile(
        made.map(({ timings }) => timings[`${name}_ms`]),
        0.5,
      ),
    );
  return {
    calls: samples.length,
    call_ms: spread(samples.map(({ ms }) => ms)),
    phase_ms: Object.fromEntries(PHASES.map((name) => [name, phase(name)])) as Record<Phase, number>,
    phase_p99_ms: Object.fromEntries(
      PHASES.map((name) => [
        name,
        round(
          percentile(
            made.map(({ timings }) => timings[`${name}_ms`]),
            0.99,
          ),
        ),
      ]),
    ) as Record<Phase, number>,
    tokens_per_call: round(mean(made.map(({ usage }) => usage.completion_tokens))),
    forced_per_call: round(mean(made.map(({ usage }) => usage.forced_tokens))),
    passes_per_call: round(mean(made.map(({ usage }) => usage.passes))),
    statuses: countBy(calls.map(({ status }) => status)),
    review_reasons: countBy(calls.flatMap(({ review }) => review?.reason.kind ?? [])),
  };
}

function report(figures: Figures & { readonly cold_start_ms: number; readonly rss_mb: number | null }): void {
  const { phase_ms, phase_p99_ms } = figures;
  const lines = [
    `cold start to first answered call   ${figures.cold_start_ms} ms`,
    `resident memory after ${figures.calls} calls       ${figures.rss_mb} MiB`,
    `POST /v1/calls                      p50 ${figures.call_ms.p50} ms, p99 ${figures.call_ms.p99} ms`,
    ...PHASES.map(
      (name) =>
        `  ${name.padEnd(10)}                        p50 ${phase_ms[name]} ms, p99 ${phase_p99_ms[name]} ms`,
    ),
    `tokens a call                       ${figures.tokens_per_call}, of which forced ${figures.forced_per_call}`,
    `passes of the model a call          ${figures.passes_per_call}`,
    `outcomes                            ${JSON.stringify(figures.statuses)}`,
    `sent to review for                  ${JSON.stringify(figures.review_reasons)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n${JSON.stringify(figures)}\n`);
}

const spread = (values: readonly number[]) => ({
  p50: round(percentile(values, 0.5)),
  p99: round(percentile(values, 0.99)),
});
function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const round = (value: number): number => Math.round(value * 100) / 100;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / (values.length || 1);

/** Nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
