import type { DecoderConfig, Site, SiteShape } from './types.ts';

/** Which Hugging Face layers make up each fused site, with their sizes. */
export function siteShapes(config: DecoderConfig): Readonly<Record<Site, SiteShape>> {
  const query = config.heads * config.headDim;
  const keyValue = config.kvHeads * config.headDim;
  const attention = (name: string, outputs: number) => ({ name, module: `self_attn.${name}`, outputs });
  const mlp = (name: string, outputs: number) => ({ name, module: `mlp.${name}`, outputs });
  return {
    qkv: {
      inputs: config.hidden,
      projections: [attention('q_proj', query), attention('k_proj', keyValue), attention('v_proj', keyValue)],
    },
    o: { inputs: query, projections: [attention('o_proj', config.hidden)] },
    gate_up: {
      inputs: config.hidden,
      projections: [mlp('gate_proj', config.intermediate), mlp('up_proj', config.intermediate)],
    },
    down: { inputs: config.intermediate, projections: [mlp('down_proj', config.hidden)] },
  };
}

export function siteOutputs(shape: SiteShape): number {
  return shape.projections.reduce((sum, projection) => sum + projection.outputs, 0);
}
