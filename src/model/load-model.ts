import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { encodeModelInParts, type OnnxModel } from '../onnx/index.ts';
import { compileCallFormat } from './call-format.ts';
import { type ChatTemplate, loadChatTemplate } from './chat-template.ts';
import { openCheckpoint } from './checkpoint.ts';
import { decoderConfig } from './config.ts';
import { decoderGraph } from './decoder-graph.ts';
import { readDecoderWeights } from './decoder-weights.ts';
import type { Precision } from './quantize/precision.ts';
import { readJsonObject } from './read-json.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';
import type { DecoderConfig } from './types.ts';

export interface Model {
  readonly name: string;
  /** SHA-256 of configuration, tokenizer and weights, hex. */
  readonly digest: string;
  readonly config: DecoderConfig;
  readonly parameters: number;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  /** The decoder as an ONNX model, weights beside it; see decoder-graph.ts for its inputs and outputs. */
  readonly onnx: OnnxModel;
}

export interface LoadOptions {
  /** How matrices are held; default `fp32`. */
  readonly precision?: Precision;
}

/** Reads a Hugging Face model folder. Throws `model_invalid` or `model_unsupported`. */
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<Model> {
  const config = readConfig(folder);
  const tokenizer = loadTokenizer(folder, config.vocabulary);
  const template = loadChatTemplate(folder);
  const checkpoint = openCheckpoint(folder);
  try {
    const weights = readDecoderWeights(config, checkpoint.read, options.precision);
    return {
      name: basename(folder),
      digest: await digestOf(folder, ['config.json', 'tokenizer.json', ...checkpoint.files]),
      config: { ...config, eos: endOfCalls(config.eos, template, tokenizer) },
      parameters: checkpoint.parameters,
      tokenizer,
      template,
      onnx: encodeModelInParts(decoderGraph(config, weights)),
    };
  } finally {
    checkpoint.close();
  }
}

/**
 * With the token that closes a call in this template: `</tool_call>` stands before the end of the turn, and nothing
 * that Tenon reads stands between them. Throws `model_unsupported` where the template writes no call.
 */
function endOfCalls(eos: readonly number[], template: ChatTemplate, tokenizer: Tokenizer): readonly number[] {
  const { closing } = compileCallFormat(template, tokenizer, { name: 'tool' }, eos);
  return closing === null || eos.includes(closing) ? eos : [...eos, closing];
}

const GENERATION = 'generation_config.json';

/** Throws `model_invalid` or `model_unsupported`. */
export function readConfig(folder: string): DecoderConfig {
  const generation = join(folder, GENERATION);
  return decoderConfig(
    readJsonObject(join(folder, 'config.json')),
    existsSync(generation) ? readJsonObject(generation) : {},
  );
}

async function digestOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
