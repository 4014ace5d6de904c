import type { DecoderConfig } from '../types.ts';
import { architectureOf } from './architecture-of.ts';
import type { GgufFile } from './export-model.ts';
import { float32, string } from './metadata.ts';
import { pairRotatedRows } from './rotary-order.ts';
import { ggufName } from './tensor-names.ts';
import { type GgufTensor, writeGguf } from './write-gguf.ts';

/** A and B of one linear layer: y += scale · (x · Aᵀ) · Bᵀ. */
export interface ScaledLora {
  /** Path in the model, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly path: string;
  readonly rank: number;
  /** [rank, inputs] */
  readonly a: Float32Array;
  /** [outputs, rank] */
  readonly b: Float32Array;
  /** alpha / rank, or alpha / √rank. */
  readonly scale: number;
}

/**
 * Writes an adapter as a GGUF file that llama.cpp lays over the exported model (`--lora`). llama.cpp has one alpha
 * for all modules, and divides it by the rank of each; where a module's scale is another than that, its B makes up
 * for it. Throws `export_unsupported`, `file_unwritable`.
 */
export function exportAdapter(
  modules: readonly ScaledLora[],
  config: DecoderConfig,
  name: string,
  path: string,
): GgufFile {
  const architecture = architectureOf(config);
  const [first] = modules;
  const alpha = first ? first.scale * first.rank : 1;
  const tensors = modules.flatMap((module): GgufTensor[] => {
    const { rank, a, b } = module;
    const written = ggufName(architecture, `${module.path}.weight`);
    const correction = (module.scale * rank) / alpha;
    const rotated = architecture.pairedRotation && /\.attn_[qk]\.weight$/.test(written);
    const ordered = rotated ? pairRotatedRows(b, config.headDim, rank) : b;
    const scaled = Math.abs(correction - 1) < 1e-6 ? ordered : ordered.map((value) => value * correction);
    return [
      { name: `${written}.lora_a`, shape: [rank, a.length / rank], type: 'f32', read: () => a },
      { name: `${written}.lora_b`, shape: [b.length / rank, rank], type: 'f32', read: () => scaled },
    ];
  });
  const metadata = {
    'general.architecture': string(architecture.name),
    'general.type': string('adapter'),
    'general.name': string(name),
    'adapter.type': string('lora'),
    'adapter.lora.alpha': float32(alpha),
  };
  return { path, bytes: writeGguf(path, metadata, tensors), tensors: tensors.length };
}
