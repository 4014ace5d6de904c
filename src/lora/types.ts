import type { Site } from '../model/index.ts';

/** One site of every layer, fused and scaled: y += (x · a) · b. */
export interface SitePair {
  /** Sum of the ranks of the projections in the site; the largest over the layers. 0: nothing here. */
  readonly rank: number;
  /** [layers, inputs, rank] */
  readonly a: Float32Array;
  /** [layers, rank, outputs], alpha / rank (rsLoRA: alpha / √rank) multiplied in. */
  readonly b: Float32Array;
}

export interface LoraAdapter {
  /** SHA-256 of configuration and weights, hex. */
  readonly digest: string;
  /** The largest rank of any module, before fusing. */
  readonly rank: number;
  readonly alpha: number;
  /** Elements of all A and B as stored. */
  readonly parameters: number;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Projections it changes, e.g. `q_proj`, sorted. */
  readonly targets: readonly string[];
  readonly sites: Readonly<Record<Site, SitePair>>;
}

/** A and B of one linear layer as PEFT stores them. */
export interface LoraModule {
  /** Path in the model, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly path: string;
  readonly rank: number;
  /** [rank, inputs] */
  readonly a: Float32Array;
  /** [outputs, rank] */
  readonly b: Float32Array;
}
