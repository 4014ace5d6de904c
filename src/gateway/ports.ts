import type { Calls } from '../calls/index.ts';
import type { AdapterInfo, EngineInfo } from '../engine/types.ts';
import type { Reviews } from '../reviews/index.ts';
import type { AuditStore } from '../store/index.ts';
import type { Registry } from '../tools/types.ts';
import type { Keys } from './keys/index.ts';
import type { Log } from './log.ts';
import type { Mcp } from './mcp/index.ts';
import type { Metrics } from './metrics.ts';
import type { Completions } from './openai/index.ts';

/** What the app stands on. Each runtime's entry (`node.ts`) brings its own; the routes know only these shapes. */
export interface Ports {
  readonly registry: Registry;
  readonly calls: Pick<Calls, 'call' | 'get' | 'list'>;
  readonly reviews: Pick<Reviews, 'list' | 'get' | 'decide'>;
  readonly adapters: AdaptersPort;
  readonly completions: Completions;
  readonly mcp: Mcp;
  readonly keys: Keys;
  readonly audit: AuditStore;
  readonly engine: { readonly info: EngineInfo; trouble(): string | null };
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  readonly maxBodyBytes: number;
  /** Names by which the gateway may be called; null: any. */
  readonly hosts: readonly string[] | null;
}

/** One content of an adapter. */
export interface AdapterVersion extends AdapterInfo {
  /** `shipped`: a folder that came with the gateway; `uploaded`: over HTTP. */
  readonly source: 'shipped' | 'uploaded';
  /** Null where it was shipped. */
  readonly created_at: string | null;
}

/** An adapter by the name tools call it: its current version. */
export interface NamedAdapter extends AdapterVersion {
  readonly name: string;
}

export interface AdapterRecord extends NamedAdapter {
  /** Tools that name it. */
  readonly tools: readonly string[];
  /** Current one first. */
  readonly versions: readonly AdapterVersion[];
}

/** The body of an upload: a PEFT folder's two files as multipart/form-data. */
export interface AdapterUpload {
  readonly contentType: string;
  readonly body: ReadableStream<Uint8Array> | null;
}

export interface AdaptersPort {
  list(): readonly NamedAdapter[];
  /** Throws `adapter_unknown`. */
  get(name: string): Promise<AdapterRecord>;
  /**
   * A new adapter under the name in the upload's field `name`. The same content again changes nothing. Checked
   * against the model before anything is kept. Throws `adapter_*`, `invalid_request`, `upload_unwritable`.
   */
  add(upload: AdapterUpload): Promise<Placed>;
  /** A new version, or the first; calls that run end with the version they began with. Throws what `add` throws. */
  replace(name: string, upload: AdapterUpload): Promise<Placed>;
  /** All its versions. Throws `adapter_unknown`, `adapter_in_use`, `adapter_shipped`. */
  remove(name: string): Promise<void>;
}

export interface Placed {
  readonly adapter: NamedAdapter;
  /** False where the name was there before. */
  readonly created: boolean;
}
