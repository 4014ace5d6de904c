import type { Site } from '../grammar/types.ts';
import type { JsonSchema } from '../schema/types.ts';
import type { UpstreamSpec } from '../upstream/types.ts';

export interface Policy {
  /** Calls under this confidence go to review; 0 (never) by default. */
  readonly min_confidence?: number;
  /** True: a person approves every call. */
  readonly destructive?: boolean;
  /** True: its adapter stays ready in memory before those of other tools. */
  readonly pin_adapter?: boolean;
}

export interface Example {
  readonly input: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What an integrator registers: an OpenAI function definition plus `upstream`. */
export interface ToolManifest {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  readonly upstream?: UpstreamSpec;
  /** The name of a registered adapter; null is none. */
  readonly adapter?: string;
  readonly policy?: Policy;
  readonly examples?: readonly Example[];
}

/** A registered tool: one version of a manifest, with what was found when it was checked. */
export interface Tool extends ToolManifest {
  readonly version: number;
  /** SHA-256 of the manifest in canonical JSON, hex. */
  readonly digest: string;
  readonly grammar: { readonly checked: readonly Site[]; readonly unenforced: readonly Site[] };
  readonly created_at: string;
}

export interface Registry {
  /** Throws `tool_invalid`, `tool_exists`, `tool_adapter_unknown`, `schema_*`, `upstream_invalid`. Checked whole before anything is stored. */
  register(manifest: unknown): Promise<Tool>;
  /** A new version of an existing tool, or the first. */
  replace(name: string, manifest: unknown): Promise<Tool>;
  /** Throws `tool_not_found`. `version` omitted: the current one. */
  get(name: string, version?: number): Promise<Tool>;
  list(): Promise<readonly Tool[]>;
  remove(name: string): Promise<void>;
  /** TypeScript of the parameters. */
  types(name: string): Promise<string>;
  /** GBNF of the parameters. */
  grammar(name: string): Promise<string>;
  /** Full-text retrieval over names, descriptions, parameters and examples: at most `limit`, best first. */
  search(text: string, limit: number): Promise<readonly Tool[]>;
}
