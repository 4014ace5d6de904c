import type { Architecture } from './architecture.ts';
import { gemma3 } from './gemma3.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { qwen2 } from './qwen2.ts';
import { qwen3 } from './qwen3.ts';

export type { Architecture } from './architecture.ts';

/** By config.json's `model_type`. */
export const ARCHITECTURE_OF: ReadonlyMap<string, Architecture> = new Map([
  ['llama', llama],
  ['qwen2', qwen2],
  ['qwen3', qwen3],
  ['mistral', mistral],
  ['gemma3_text', gemma3],
]);
