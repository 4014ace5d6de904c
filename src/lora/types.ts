import type { Site } from '../model/index.ts';

/** A registered adapter: what is known of it, checked once; its weights stay in their file until they are placed. */
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
  /** Of each site: the sum of the ranks of its projections, the largest over the layers. 0: nothing here. */
  readonly ranks: Readonly<Record<Site, number>>;
  readonly file: WeightsFile;
  readonly modules: readonly PlacedModule[];
}

/** A safetensors file as it was when it was checked. */
export interface WeightsFile {
  readonly path: string;
  /** Where the tensors begin, bytes. */
  readonly start: number;
  readonly size: number;
  /** What the file system says of the file changes when its content does. */
  readonly stamp: string;
}

/** A and B of one linear layer: where they stand in the file, and where in the slot of their fused site. */
export interface PlacedModule {
  readonly site: Site;
  readonly layer: number;
  readonly rank: number;
  /** alpha / rank (rsLoRA: alpha / √rank). */
  readonly scale: number;
  readonly inputs: number;
  readonly outputs: number;
  /** First of the site's fused ranks that is this module's. */
  readonly row: number;
  /** First of the site's outputs that is this module's. */
  readonly column: number;
  /** [rank, inputs] */
  readonly a: StoredTensor;
  /** [outputs, rank] */
  readonly b: StoredTensor;
}

export interface StoredTensor {
  readonly type: 'F32' | 'F16' | 'BF16';
  /** Bytes from the start of the tensors. */
  readonly begin: number;
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
