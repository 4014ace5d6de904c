import { siteShapes } from './sites.ts';
import type { DecoderConfig } from './types.ts';

/** Every tensor that `readDecoderWeights` asks for, by Hugging Face name, with its shape. */
export function requiredTensors(config: DecoderConfig): ReadonlyMap<string, readonly number[]> {
  const { hidden, vocabulary, headDim, layers } = config;
  const around = config.norms === 'around' ? ['pre_feedforward_layernorm', 'post_feedforward_layernorm'] : [];
  const norms = ['input_layernorm', 'post_attention_layernorm', ...around];
  const headNorms = config.queryKeyNorm ? ['self_attn.q_norm', 'self_attn.k_norm'] : [];
  const projections = Object.values(siteShapes(config)).flatMap(({ inputs, projections }) =>
    projections.map((projection) => ({ ...projection, inputs })),
  );
  const tensors = new Map<string, readonly number[]>();
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}.`;
    for (const name of norms) tensors.set(`${at}${name}.weight`, [hidden]);
    for (const name of headNorms) tensors.set(`${at}${name}.weight`, [headDim]);
    for (const { name, module, outputs, inputs } of projections) {
      tensors.set(`${at}${module}.weight`, [outputs, inputs]);
      if (config.biased.includes(name)) tensors.set(`${at}${module}.bias`, [outputs]);
    }
  }
  tensors.set('model.embed_tokens.weight', [vocabulary, hidden]);
  tensors.set('model.norm.weight', [hidden]);
  if (!config.tiedEmbeddings) tensors.set('lm_head.weight', [vocabulary, hidden]);
  return tensors;
}
