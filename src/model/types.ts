/** The families of decoders that are served; every one is a Llama with what `architectures/NAME.ts` says. */
export const ARCHITECTURES = ['llama', 'qwen2', 'qwen3', 'mistral', 'gemma3'] as const;
export type ArchitectureName = (typeof ARCHITECTURES)[number];

/** What a decoder graph needs to know of a checkpoint; sizes in elements. */
export interface DecoderConfig extends Traits {
  readonly architecture: ArchitectureName;
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
  readonly tiedEmbeddings: boolean;
  /** Tokens that end an answer. */
  readonly eos: readonly number[];
}

/** Where a family of decoders differs from a plain Llama. */
export interface Traits {
  /** Projections that add a bias, e.g. `q_proj`. */
  readonly biased: readonly string[];
  /** Heads of queries and keys are normalized before they are rotated. */
  readonly queryKeyNorm: boolean;
  /** Norms before each block only, or around it: what a block puts out is normalized before it is added. */
  readonly norms: 'before' | 'around';
  /** Added to the stored weights of every norm: 1 where a checkpoint keeps them as what they are above one. */
  readonly normOffset: 0 | 1;
  readonly activation: 'silu' | 'gelu_tanh';
  /** Factor of the embeddings as they enter the first layer. */
  readonly embeddingScale: number;
  /** Factor of the attention scores. */
  readonly scoreScale: number;
  /** By layer. */
  readonly attention: readonly LayerAttention[];
}

export interface LayerAttention {
  /** How many tokens back a token sees, itself included; null: all. */
  readonly window: number | null;
  readonly rotary: Rotary;
}

/** Rotary position embedding (Su et al. 2021): the base of its frequencies, and how they are stretched. */
export interface Rotary {
  readonly theta: number;
  readonly scaling: RotaryScaling | null;
}

export type RotaryScaling =
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequency: number;
      readonly highFrequency: number;
      /** Tokens that the model was first trained on. */
      readonly originalContext: number;
    };

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
