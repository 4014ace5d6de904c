import { TenonError } from '../../errors.ts';
import type { GgufArchitecture } from './architectures.ts';

/** GGUF's name of a Hugging Face tensor. Throws `export_unsupported` for one that llama.cpp has no place for. */
export function ggufName(architecture: GgufArchitecture, tensor: string): string {
  const [, layer, module, kind] = /^(?:model\.layers\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(tensor) ?? [];
  const name = module === undefined ? undefined : architecture.tensors[module];
  if (name === undefined) throw new TenonError('export_unsupported', { feature: `the tensor ${tensor}` });
  return `${layer === undefined ? '' : `blk.${layer}.`}${name}.${kind}`;
}

/**
 * A tensor of the text decoder under its plain name, whatever a model that also sees puts before it; null for what
 * belongs to seeing.
 */
export function decoderTensor(tensor: string): string | null {
  if (/(^|\.)(vision_tower|multi_modal_projector)\./.test(tensor)) return null;
  return tensor.replace(/^language_model\./, '').replace(/^model\.language_model\./, 'model.');
}
