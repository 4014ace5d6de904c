/** What a decoder graph needs to know of a checkpoint; sizes in elements. */
export interface DecoderConfig {
  readonly architecture: 'llama';
  readonly hidden: number;
  readonly intermediate: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
  /** Longest sequence in tokens, prompt and answer together. */
  readonly context: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly tiedEmbeddings: boolean;
  /** Tokens that end an answer. */
  readonly eos: readonly number[];
}

/** The four places of a layer where products are fused and an adapter applies. */
export const SITES = ['qkv', 'o', 'gate_up', 'down'] as const;
export type Site = (typeof SITES)[number];

/** One Hugging Face linear layer inside a fused site. */
export interface Projection {
  /** As PEFT names it, e.g. `q_proj`. */
  readonly name: string;
  /** Module path inside a layer, e.g. `self_attn.q_proj`. */
  readonly module: string;
  readonly outputs: number;
}

export interface SiteShape {
  readonly inputs: number;
  /** In the order their outputs stand in the fused product. */
  readonly projections: readonly Projection[];
}
