import type { ToolRow } from '../store/index.ts';
import type { Admission } from './admit.ts';
import type { Tool, ToolManifest } from './types.ts';

/** A tool with the texts made of it, as the registry keeps it in memory. */
export interface ToolEntry {
  readonly tool: Tool;
  readonly types: string;
  readonly gbnf: string;
  /** The manifest as stored, whose order of properties is the order of decoding. */
  readonly text: string;
}

export function toRow(
  manifest: ToolManifest,
  admission: Admission,
  identity: { readonly version: number; readonly digest: string; readonly created_at: string },
): ToolRow {
  return {
    name: manifest.name,
    manifest: JSON.stringify(manifest),
    report: JSON.stringify(admission.report),
    types: admission.types,
    gbnf: admission.gbnf,
    ...identity,
  };
}

export function toEntry(row: ToolRow): ToolEntry {
  const manifest = JSON.parse(row.manifest) as ToolManifest;
  const grammar = JSON.parse(row.report) as Admission['report'];
  const { version, digest, created_at } = row;
  // Frozen, because every call shares it.
  const tool: Tool = deepFreeze({ ...manifest, version, digest, grammar, created_at });
  return { tool, types: row.types, gbnf: row.gbnf, text: row.manifest };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
