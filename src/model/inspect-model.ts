import { statSync } from 'node:fs';
import { join } from 'node:path';
import { compileCallFormat } from './call-format.ts';
import { loadChatTemplate } from './chat-template.ts';
import { openCheckpoint } from './checkpoint.ts';
import { readConfig } from './load-model.ts';
import { requiredTensors } from './required-tensors.ts';
import { loadTokenizer } from './tokenizer.ts';
import type { ArchitectureName, DecoderConfig } from './types.ts';

export interface ModelSummary {
  readonly architecture: ArchitectureName;
  readonly parameters: number;
  /** How tensors are stored: `BF16`, `F32`, … */
  readonly types: readonly string[];
  /** Of the weights' files. */
  readonly bytes: number;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  readonly context: number;
  /** How a call of a tool called `tool` begins. */
  readonly call: string;
}

/**
 * Reads everything of a model folder but the numbers: what passes here will load. Throws `model_invalid` or
 * `model_unsupported`.
 */
export function inspectModel(folder: string): ModelSummary {
  const { config, call } = inspectSmallFiles(folder);
  const checkpoint = openCheckpoint(folder);
  try {
    for (const [name, shape] of requiredTensors(config)) checkpoint.check(name, shape);
    const { architecture, layers, hidden, heads, kvHeads, vocabulary, context } = config;
    return {
      architecture,
      parameters: checkpoint.parameters,
      types: checkpoint.types,
      bytes: checkpoint.files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0),
      ...{ layers, hidden, heads, kvHeads, vocabulary, context, call },
    };
  } finally {
    checkpoint.close();
  }
}

/** Configuration, tokenizer and chat template: what can be judged before the weights are there. */
export function inspectSmallFiles(folder: string): {
  readonly config: DecoderConfig;
  readonly call: string;
} {
  const config = readConfig(folder);
  const tokenizer = loadTokenizer(folder, config.vocabulary);
  const template = loadChatTemplate(folder);
  const { opening, prefix } = compileCallFormat(template, tokenizer, { name: 'tool' }, config.eos);
  const contents = new Map(tokenizer.added.map(({ id, content }) => [id, content]));
  const marks = opening.map((id) => contents.get(id) ?? tokenizer.decode([id])).join('');
  return { config, call: marks + prefix };
}
