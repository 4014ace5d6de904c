import type { ArchitectureName, DecoderConfig } from '../types.ts';
import { float32, type GgufMetadata, string, uint32 } from './metadata.ts';

/** How one family of decoders is written for llama.cpp. */
export interface GgufArchitecture {
  /** `general.architecture`: what llama.cpp calls it, and the first word of its metadata keys. */
  readonly name: string;
  /** Hugging Face's tensor → GGUF's, without layer and `.weight` or `.bias`. What is not listed is refused by name. */
  readonly tensors: Readonly<Record<string, string>>;
  /**
   * Whether llama.cpp rotates neighbouring components of queries and keys in this architecture, so that `attn_q` and
   * `attn_k` are stored in another order: see rotary-order.ts. Others rotate halves, as Hugging Face does, and are
   * stored as they are. Frequencies stretched one by one (Llama 3) are read by the former only, from `rope_freqs`.
   */
  readonly pairedRotation: boolean;
  /** Whether layers may see a window only; other architectures are refused where a window is below the context. */
  readonly windows: boolean;
  /** Keys past those of every decoder (`commonMetadata`), without the architecture's name before them. */
  metadata(config: DecoderConfig): GgufMetadata;
}

/** What stands around the layers. */
const ENDS = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  // Absent where it is tied to the embedding: llama.cpp then takes that.
  lm_head: 'output',
};

/** A layer of a plain Llama. */
const LAYER = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

const HEAD_NORMS = { 'self_attn.q_norm': 'attn_q_norm', 'self_attn.k_norm': 'attn_k_norm' };

const llama: GgufArchitecture = {
  name: 'llama',
  tensors: { ...ENDS, ...LAYER },
  pairedRotation: true,
  windows: false,
  metadata: ({ vocabulary, headDim }) => ({
    vocab_size: uint32(vocabulary),
    'rope.dimension_count': uint32(headDim),
  }),
};

const qwen2: GgufArchitecture = {
  name: 'qwen2',
  tensors: { ...ENDS, ...LAYER },
  pairedRotation: false,
  windows: false,
  metadata: () => ({}),
};

export const GGUF_ARCHITECTURES: Readonly<Record<ArchitectureName, GgufArchitecture>> = {
  llama,
  // llama.cpp knows Mistral as a Llama.
  mistral: llama,
  qwen2,
  qwen3: { ...qwen2, name: 'qwen3', tensors: { ...qwen2.tensors, ...HEAD_NORMS } },
  gemma3: {
    name: 'gemma3',
    tensors: {
      ...ENDS,
      ...LAYER,
      ...HEAD_NORMS,
      post_attention_layernorm: 'post_attention_norm',
      pre_feedforward_layernorm: 'ffn_norm',
      post_feedforward_layernorm: 'post_ffw_norm',
    },
    pairedRotation: false,
    windows: true,
    metadata: ({ attention }) => {
      const local = attention.find(({ window }) => window !== null);
      return {
        'attention.sliding_window': uint32(local?.window ?? 0),
        // Every n-th layer sees all.
        'attention.sliding_window_pattern': uint32(attention.findIndex(({ window }) => window === null) + 1),
        'rope.freq_base_swa': float32(local?.rotary.theta ?? 10_000),
      };
    },
  },
};

/** Keys that llama.cpp reads of every decoder, without the architecture's name before them. */
export function commonMetadata(config: DecoderConfig): GgufMetadata {
  const { theta, scaling } = globalRotary(config);
  return {
    context_length: uint32(config.context),
    embedding_length: uint32(config.hidden),
    block_count: uint32(config.layers),
    feed_forward_length: uint32(config.intermediate),
    'attention.head_count': uint32(config.heads),
    'attention.head_count_kv': uint32(config.kvHeads),
    'attention.key_length': uint32(config.headDim),
    'attention.value_length': uint32(config.headDim),
    'attention.layer_norm_rms_epsilon': float32(config.normEpsilon),
    'rope.freq_base': float32(theta),
    ...(scaling?.kind === 'linear' && {
      'rope.scaling.type': string('linear'),
      'rope.scaling.factor': float32(scaling.factor),
    }),
  };
}

/** Of the layers that see all; of all layers where there are none. */
export function globalRotary({ attention }: DecoderConfig): DecoderConfig['attention'][number]['rotary'] {
  return (attention.find(({ window }) => window === null) ?? attention[0]!).rotary;
}
