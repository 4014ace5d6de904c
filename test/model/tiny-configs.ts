/** config.json of a tiny checkpoint of every architecture, as transformers writes them. */
const SIZES = {
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 4096,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
  eos_token_id: 4,
};

const llama = {
  ...SIZES,
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  head_dim: 8,
  rope_theta: 10_000,
  hidden_act: 'silu',
  tie_word_embeddings: false,
};

const qwen2 = {
  ...SIZES,
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  rope_theta: 1_000_000,
  hidden_act: 'silu',
  tie_word_embeddings: true,
  use_sliding_window: false,
  sliding_window: 32_768,
  max_window_layers: 2,
};

const mistral = {
  ...SIZES,
  architectures: ['MistralForCausalLM'],
  model_type: 'mistral',
  rope_theta: 10_000,
  hidden_act: 'silu',
  sliding_window: null,
};

const gemma3 = {
  ...SIZES,
  architectures: ['Gemma3ForCausalLM'],
  model_type: 'gemma3_text',
  num_hidden_layers: 4,
  head_dim: 12,
  rope_theta: 1_000_000,
  rope_local_base_freq: 10_000,
  rope_scaling: null,
  hidden_activation: 'gelu_pytorch_tanh',
  query_pre_attn_scalar: 20,
  sliding_window: 4,
  sliding_window_pattern: 2,
  attn_logit_softcapping: null,
  final_logit_softcapping: null,
  attention_bias: false,
};

export type TinyConfig = Readonly<Record<string, unknown>>;

/** One for every architecture, and for every trait that a checkpoint of it may have. */
export const TINY_CONFIGS = {
  llama,
  'llama, tied, as many key heads as heads': { ...llama, num_key_value_heads: 4, tie_word_embeddings: true },
  'llama, biased': { ...llama, attention_bias: true, mlp_bias: true },
  'llama, scaled as Llama 3': {
    ...llama,
    rope_theta: 50,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  },
  'llama, scaled linearly': { ...llama, rope_scaling: { type: 'linear', factor: 4 } },
  qwen2,
  'qwen2, untied, windowed above its first layer': {
    ...qwen2,
    tie_word_embeddings: false,
    use_sliding_window: true,
    sliding_window: 3,
    max_window_layers: 1,
  },
  qwen3: { ...qwen2, architectures: ['Qwen3ForCausalLM'], model_type: 'qwen3', head_dim: 10 },
  mistral,
  'mistral, windowed': { ...mistral, head_dim: 6, sliding_window: 3 },
  gemma3,
  'gemma3, scaled linearly': { ...gemma3, rope_scaling: { rope_type: 'linear', factor: 8 } },
} as const satisfies Record<string, TinyConfig>;
