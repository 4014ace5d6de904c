import type { Calls } from '../calls/index.ts';
import type { AdapterInfo, EngineInfo } from '../engine/types.ts';
import type { Reviews } from '../reviews/index.ts';
import type { Registry } from '../tools/types.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** What the app stands on. Each runtime's entry (`node.ts`) brings its own; the routes know only these shapes. */
export interface Ports {
  readonly registry: Registry;
  readonly calls: Pick<Calls, 'call' | 'get' | 'list'>;
  readonly reviews: Pick<Reviews, 'list' | 'get' | 'decide'>;
  readonly adapters: AdaptersPort;
  readonly engine: { readonly info: EngineInfo; trouble(): string | null };
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  readonly maxBodyBytes: number;
  /** Names by which the gateway may be called; null: any. */
  readonly hosts: readonly string[] | null;
}

/** An adapter by the name tools call it. */
export interface NamedAdapter extends AdapterInfo {
  readonly name: string;
}

export interface AdapterFiles {
  /** adapter_config.json */
  readonly config: Uint8Array;
  /** adapter_model.safetensors */
  readonly weights: Uint8Array;
}

export interface AdaptersPort {
  list(): readonly NamedAdapter[];
  /** Checks against the model before anything is kept. Throws `adapter_*`. */
  add(name: string, files: AdapterFiles): Promise<NamedAdapter>;
}
