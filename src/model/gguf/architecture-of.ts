import { TenonError } from '../../errors.ts';
import type { DecoderConfig } from '../types.ts';
import { GGUF_ARCHITECTURES, type GgufArchitecture, globalRotary } from './architectures.ts';

/** Throws `export_unsupported` for what llama.cpp does not do in the model's architecture. */
export function architectureOf(config: DecoderConfig): GgufArchitecture {
  const architecture = GGUF_ARCHITECTURES[config.architecture];
  const refuse = (feature: string) => {
    throw new TenonError('export_unsupported', { feature: `${feature} in ${config.architecture}` });
  };
  const windows = config.attention.map(({ window }) => window !== null && window < config.context);
  if (!architecture.windows && windows.includes(true)) refuse('a sliding window');
  const period = windows.indexOf(false) + 1;
  const regular = windows.every((local, layer) => local === ((layer + 1) % period !== 0));
  if (architecture.windows && !regular) refuse('windows in layers that follow no period');
  if (globalRotary(config).scaling?.kind === 'llama3' && !architecture.pairedRotation)
    refuse('rope_scaling of type "llama3"');
  // llama.cpp takes it from the size of a head.
  if (Math.abs(config.scoreScale * Math.sqrt(config.headDim) - 1) > 1e-6) refuse('query_pre_attn_scalar');
  return architecture;
}
