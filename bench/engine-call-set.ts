import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ground } from '../src/calls/grounding.ts';
import type { EngineTool } from '../src/engine/index.ts';
import { MEANT } from './call-inputs.ts';

export const MODEL = new URL('../models/tenon-base', import.meta.url).pathname;
export const ADAPTERS = new URL('../adapters', import.meta.url).pathname;
const SCHEMAS = new URL('../schemas/', import.meta.url).pathname;
/** What "tomorrow" in a request is relative to. */
export const NOW = new Date('2026-11-23T09:00:00Z');

export function sampleTools(): readonly EngineTool[] {
  return readdirSync(SCHEMAS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { name, description, parameters } = JSON.parse(
        readFileSync(join(SCHEMAS, file), 'utf8'),
      ) as EngineTool;
      return { name, description, parameters };
    });
}

/** A request whose tool is known: what is left is to write the arguments. */
export interface KnownCall {
  readonly tool: string;
  /** With its dates worked out, as the gateway hands it to the engine. */
  readonly input: string;
}

/** Every second request is measured, the others are there to warm up on. */
export function knownCalls(tools: readonly EngineTool[]): {
  readonly measured: readonly KnownCall[];
  readonly others: readonly KnownCall[];
} {
  const calls = MEANT.map(({ tool, input }) => {
    const { parameters } = tools.find(({ name }) => name === tool)!;
    return { tool, input: ground(input, parameters, NOW, 'UTC') };
  });
  return { measured: calls.filter((_, i) => i % 2 === 0), others: calls.filter((_, i) => i % 2 === 1) };
}
