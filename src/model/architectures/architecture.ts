import type { JsonObject } from '../read-json.ts';
import type { ArchitectureName, LayerAttention, Rotary, Traits } from '../types.ts';

/** One family of decoders: how its config.json is read. */
export interface Architecture {
  readonly name: ArchitectureName;
  /** The model's class, in config.json's `architectures`. */
  readonly className: string;
  /** What a config.json that says nothing means. */
  readonly defaults: JsonObject;
  /** Throws `model_unsupported` for what the decoder graph does not do, by name. */
  traits(json: JsonObject, sizes: { readonly layers: number; readonly headDim: number }): Traits;
}

/** A plain Llama. */
export function plain(headDim: number, attention: readonly LayerAttention[]): Traits {
  return {
    biased: [],
    queryKeyNorm: false,
    norms: 'before',
    normOffset: 0,
    activation: 'silu',
    embeddingScale: 1,
    scoreScale: headDim ** -0.5,
    attention,
  };
}

export function everyLayer(layers: number, window: number | null, rotary: Rotary): readonly LayerAttention[] {
  return Array.from({ length: layers }, () => ({ window, rotary }));
}
