import { Counter, Gauge, type Registry } from 'prom-client';
import type { EngineStats, ModelStats } from '../engine/types.ts';

type Values = Readonly<Record<string, number>>;

/** What the engine counts, read from it whenever metrics are asked for. */
export function addEngineMetrics(registry: Registry, stats: () => EngineStats): void {
  const registers = [registry];

  /** `labelled`: one value for each value of the label. */
  const gauge = (name: string, help: string, label: string, labelled: (stats: EngineStats) => Values) =>
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        for (const [value, count] of Object.entries(labelled(stats()))) this.set({ [label]: value }, count);
      },
    });

  const counter = (name: string, help: string, label: string, labelled: (stats: EngineStats) => Values) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        // The engine counts; here is only a copy.
        this.reset();
        for (const [value, count] of Object.entries(labelled(stats()))) this.inc({ [label]: value }, count);
      },
    });

  const model = (of: (model: ModelStats) => Values) => (all: EngineStats) => (all.model ? of(all.model) : {});

  gauge(
    'tenon_engine_requests',
    'Requests that wait for the engine, and those it works on.',
    'state',
    ({ queue }) => ({
      waiting: queue.waiting,
      running: queue.running,
    }),
  );
  gauge(
    'tenon_engine_limits',
    'Requests the engine takes, and adapters that one run mixes.',
    'of',
    (all) => ({
      requests: all.queue.limit,
      adapters: all.model?.adapterSlots ?? 0,
    }),
  );
  counter(
    'tenon_engine_events_total',
    'Requests refused because too many waited; restarts.',
    'event',
    (all) => ({
      refused: all.queue.refused,
      restarted: all.restarts,
    }),
  );
  counter(
    'tenon_engine_work_total',
    'Runs of the model (steps); rows and tokens in them, tokens of padding. Rows by steps is the batch size.',
    'kind',
    model(({ steps, rows, tokens, padding }) => ({ steps, rows, tokens, padding })),
  );
  counter(
    'tenon_engine_seconds_total',
    'Time in runs of the model, and in masks and forced tokens.',
    'kind',
    model(({ stepMs, maskMs }) => ({ step: stepMs / 1000, mask: maskMs / 1000 })),
  );
  counter(
    'tenon_engine_prefix_tokens_total',
    'Prompt tokens asked of the prefix cache, and those it had.',
    'kind',
    model(({ prefix: { asked, known } }) => ({ asked, known })),
  );
  gauge(
    'tenon_engine_bytes',
    'Bytes of the prefix cache.',
    'of',
    model(({ prefix }) => ({ prefix_cache: prefix.bytes })),
  );
  counter(
    'tenon_engine_draft_tokens_total',
    'Tokens guessed ahead, by source, and those the model chose too.',
    'kind',
    model(({ drafts: { request, habit } }) => ({
      request_proposed: request.proposed,
      request_accepted: request.accepted,
      habit_proposed: habit.proposed,
      habit_accepted: habit.accepted,
    })),
  );
}
