import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallResult } from '../calls/index.ts';
import type { Engine } from '../engine/types.ts';
import { addEngineMetrics } from './engine-metrics.ts';
import type { Metrics } from './metrics.ts';

const PHASES = ['select', 'prefill', 'decode', 'validate', 'forward'] as const;
/** Seconds. A call takes tens of milliseconds; an upstream may take its whole timeout. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Labels hold names of tools and adapters, routes and statuses: never what a person said or an upstream answered. */
export function createMetrics(engine: Pick<Engine, 'trouble' | 'stats'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: 'tenon_http_request_seconds',
    help: 'Requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  });
  const calls = new Counter({
    name: 'tenon_calls_total',
    help: 'Calls by tool, adapter and what became of them.',
    labelNames: ['tool', 'adapter', 'status'],
    registers,
  });
  const phases = new Histogram({
    name: 'tenon_call_phase_seconds',
    help: 'Time of each phase of a call.',
    labelNames: ['phase'],
    buckets: BUCKETS,
    registers,
  });
  const tokens = new Counter({
    name: 'tenon_tokens_total',
    help: 'Tokens read (prompt), written (completion), and those of them that the grammar forced (forced).',
    labelNames: ['kind'],
    registers,
  });
  const passes = new Counter({ name: 'tenon_model_passes_total', help: 'Runs of the model.', registers });
  new Gauge({
    name: 'tenon_ready',
    help: '1 when a call would be served now.',
    registers,
    collect() {
      this.set(engine.trouble() === null ? 1 : 0);
    },
  });
  addEngineMetrics(registry, () => engine.stats());

  return {
    request: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    call: ({ tool, adapter, status, timings, usage }: CallResult) => {
      calls.inc({ tool: tool ?? '', adapter: adapter?.name ?? '', status });
      for (const phase of PHASES) phases.observe({ phase }, timings[`${phase}_ms`] / 1000);
      tokens.inc({ kind: 'prompt' }, usage.prompt_tokens);
      tokens.inc({ kind: 'completion' }, usage.completion_tokens);
      tokens.inc({ kind: 'forced' }, usage.forced_tokens);
      passes.inc(usage.passes);
    },
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
