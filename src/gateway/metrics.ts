import type { CallResult } from '../calls/index.ts';

/** What the gateway counts. A runtime without Prometheus brings `noMetrics`. */
export interface Metrics {
  request(method: string, route: string, status: number, seconds: number): void;
  call(result: CallResult): void;
  /** Prometheus' text format; null where nothing is counted. */
  render(): Promise<{ readonly contentType: string; readonly body: string } | null>;
}

export const noMetrics: Metrics = { request: () => {}, call: () => {}, render: () => Promise.resolve(null) };
