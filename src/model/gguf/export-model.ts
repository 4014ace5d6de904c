import { basename, resolve } from 'node:path';
import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { readConfig } from '../load-model.ts';
import { rotaryFrequencies } from '../rotary.ts';
import type { DecoderConfig } from '../types.ts';
import { architectureOf } from './architecture-of.ts';
import { commonMetadata, type GgufArchitecture, globalRotary } from './architectures.ts';
import { type GgufMetadata, string, uint32 } from './metadata.ts';
import { pairRotatedRows } from './rotary-order.ts';
import { decoderTensor, ggufName } from './tensor-names.ts';
import { type GgufTensorType, TENSOR_ENCODINGS } from './tensor-types.ts';
import { tokenizerMetadata } from './tokenizer-metadata.ts';
import { type GgufTensor, writeGguf } from './write-gguf.ts';

export interface GgufFile {
  readonly path: string;
  readonly bytes: number;
  readonly tensors: number;
}

/** `general.quantization_version`: the block formats as they have been since 2023. */
const QUANTIZATION_VERSION = 2;

/**
 * Writes a Hugging Face model folder as one GGUF file for llama.cpp, tokenizer and chat template included. Throws
 * `model_invalid`, `model_unsupported`, `export_unsupported`, `file_unwritable`.
 */
export function exportModel(folder: string, path: string, type: GgufTensorType): GgufFile {
  const config = readConfig(folder);
  const architecture = architectureOf(config);
  const name = basename(resolve(folder));
  const tokenizer = tokenizerMetadata(folder, config.vocabulary);
  const metadata = { ...modelMetadata(name, config, architecture, type), ...tokenizer };
  const checkpoint = openCheckpoint(folder);
  try {
    const tensors = [...frequencyFactors(config), ...weights(checkpoint, architecture, config, type)];
    return { path, bytes: writeGguf(path, metadata, tensors), tensors: tensors.length };
  } finally {
    checkpoint.close();
  }
}

function modelMetadata(
  name: string,
  config: DecoderConfig,
  architecture: GgufArchitecture,
  type: GgufTensorType,
): GgufMetadata {
  const own = { ...commonMetadata(config), ...architecture.metadata(config) };
  return {
    'general.architecture': string(architecture.name),
    'general.type': string('model'),
    'general.name': string(name),
    'general.file_type': uint32(TENSOR_ENCODINGS[type].fileType),
    'general.quantization_version': uint32(QUANTIZATION_VERSION),
    ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${architecture.name}.${key}`, value])),
  };
}

/** What each frequency of a Llama 3 is divided by; none where they are not stretched one by one. */
function frequencyFactors({ headDim, ...config }: DecoderConfig): readonly GgufTensor[] {
  const { theta, scaling } = globalRotary({ headDim, ...config });
  if (scaling?.kind !== 'llama3') return [];
  const plain = rotaryFrequencies({ theta, scaling: null }, headDim);
  const stretched = rotaryFrequencies({ theta, scaling }, headDim);
  const read = () => Float32Array.from(plain, (frequency, i) => frequency / stretched[i]!);
  return [{ name: 'rope_freqs.weight', shape: [headDim / 2], type: 'f32', read }];
}

function weights(
  checkpoint: Checkpoint,
  architecture: GgufArchitecture,
  config: DecoderConfig,
  type: GgufTensorType,
): readonly GgufTensor[] {
  return [...checkpoint.shapes].flatMap(([asStored, shape]): GgufTensor[] => {
    const tensor = decoderTensor(asStored);
    if (tensor === null || (config.tiedEmbeddings && tensor === 'lm_head.weight')) return [];
    const name = ggufName(architecture, tensor);
    const read = () => prepared(name, checkpoint.read(tensor, shape), architecture, config);
    return [{ name, shape, type, read }];
  });
}

function prepared(
  name: string,
  values: Float32Array,
  { pairedRotation }: GgufArchitecture,
  { headDim, heads, kvHeads, normOffset }: DecoderConfig,
): Float32Array {
  const projection = /\.attn_([qk])\.(weight|bias)$/.exec(name)?.[1];
  if (projection && pairedRotation) {
    const rows = (projection === 'q' ? heads : kvHeads) * headDim;
    return pairRotatedRows(values, headDim, values.length / rows);
  }
  // Norms are stored as factors; some checkpoints keep what they are above one.
  if (name.endsWith('norm.weight') && normOffset !== 0) return values.map((value) => value + normOffset);
  return values;
}
