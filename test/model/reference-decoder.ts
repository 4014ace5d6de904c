import type { NamedTensor } from '../../src/model/index.ts';
import type { TinyConfig } from './tiny-configs.ts';

/**
 * A decoder of any served architecture as plainly as it can be written, in double precision, to check the graph
 * against: no batch, no cache, one loop per sum, straight from config.json. Returns ln p of every next token,
 * after every token.
 */
export function referenceLogprobs(
  json: TinyConfig,
  tensors: readonly NamedTensor[],
  tokens: readonly number[],
): number[][] {
  const gemma = json.model_type === 'gemma3_text';
  const hidden = json.hidden_size as number;
  const heads = json.num_attention_heads as number;
  const kvHeads = json.num_key_value_heads as number;
  const headDim = (json.head_dim as number | undefined) ?? hidden / heads;
  const weights = new Map(tensors.map(({ name, data }) => [name, data]));
  const linear = (x: number[], name: string): number[] => {
    const w = weights.get(`${name}.weight`)!;
    const bias = weights.get(`${name}.bias`);
    return Array.from({ length: w.length / x.length }, (_, o) =>
      x.reduce((sum, value, i) => sum + value * w[o * x.length + i]!, bias?.[o] ?? 0),
    );
  };
  const norm = (x: number[], name: string): number[] => {
    const w = weights.get(`${name}.weight`);
    if (!w) return x;
    const mean = x.reduce((sum, value) => sum + value * value, 0) / x.length;
    const root = Math.sqrt(mean + (json.rms_norm_eps as number));
    return x.map((value, i) => (value / root) * (w[i]! + (gemma ? 1 : 0)));
  };
  const rotate = (head: number[], position: number, layer: number): number[] => {
    const half = headDim / 2;
    return head.map((value, i) => {
      const angle = position * frequency(json, layer, i % half, headDim);
      const other = i < half ? -head[i + half]! : head[i - half]!;
      return value * Math.cos(angle) + other * Math.sin(angle);
    });
  };
  const split = (x: number[], count: number) =>
    Array.from({ length: count }, (_, h) => x.slice(h * headDim, (h + 1) * headDim));

  let states = tokens.map((token) =>
    [...weights.get('model.embed_tokens.weight')!.slice(token * hidden, (token + 1) * hidden)].map(
      (x) => x * (gemma ? Math.sqrt(hidden) : 1),
    ),
  );
  for (let layer = 0; layer < (json.num_hidden_layers as number); layer++) {
    const at = `model.layers.${layer}.`;
    const normed = states.map((x) => norm(x, `${at}input_layernorm`));
    const project = (x: number[], p: number, name: string, count: number) =>
      split(linear(x, `${at}self_attn.${name}_proj`), count).map((head) =>
        rotate(norm(head, `${at}self_attn.${name}_norm`), p, layer),
      );
    const queries = normed.map((x, p) => project(x, p, 'q', heads));
    const keys = normed.map((x, p) => project(x, p, 'k', kvHeads));
    const values = normed.map((x) => split(linear(x, `${at}self_attn.v_proj`), kvHeads));
    const scale = Math.sqrt(gemma ? (json.query_pre_attn_scalar as number) : headDim);
    states = states.map((x, p) => {
      const first = Math.max(0, p + 1 - windowOf(json, layer));
      const attended = queries[p]!.flatMap((query, h) => {
        const shared = Math.floor((h * kvHeads) / heads);
        const shares = softmax(keys.slice(first, p + 1).map((key) => dot(query, key[shared]!) / scale));
        return Array.from({ length: headDim }, (_, i) =>
          shares.reduce((sum, share, q) => sum + share * values[first + q]![shared]![i]!, 0),
        );
      });
      const output = linear(attended, `${at}self_attn.o_proj`);
      const mixed = add(x, gemma ? norm(output, `${at}post_attention_layernorm`) : output);
      const inner = norm(mixed, `${at}${gemma ? 'pre_feedforward' : 'post_attention'}_layernorm`);
      const gate = linear(inner, `${at}mlp.gate_proj`).map(gemma ? gelu : silu);
      const up = linear(inner, `${at}mlp.up_proj`);
      const product = gate.map((g, i) => g * up[i]!);
      return add(mixed, norm(linear(product, `${at}mlp.down_proj`), `${at}post_feedforward_layernorm`));
    });
  }
  const head = weights.has('lm_head.weight') ? 'lm_head' : 'model.embed_tokens';
  return states.map((x) => softmax(linear(norm(x, 'model.norm'), head)).map(Math.log));
}

/** Tokens that a token of this layer sees, itself included. */
function windowOf(json: TinyConfig, layer: number): number {
  const window = json.sliding_window as number | null | undefined;
  const all = Number.POSITIVE_INFINITY;
  switch (json.model_type) {
    case 'mistral':
      return window ?? all;
    case 'qwen2':
    case 'qwen3':
      return json.use_sliding_window && layer >= (json.max_window_layers as number) ? window! : all;
    case 'gemma3_text':
      return isGlobal(json, layer) ? all : window!;
    default:
      return all;
  }
}

function isGlobal(json: TinyConfig, layer: number): boolean {
  return (layer + 1) % (json.sliding_window_pattern as number) === 0;
}

function frequency(json: TinyConfig, layer: number, i: number, headDim: number): number {
  const local = json.model_type === 'gemma3_text' && !isGlobal(json, layer);
  const theta = (local ? json.rope_local_base_freq : json.rope_theta) as number;
  const plain = 1 / theta ** ((2 * i) / headDim);
  const scaling = json.rope_scaling as Record<string, number> | null | undefined;
  if (!scaling || local) return plain;
  if (scaling.low_freq_factor === undefined) return plain / scaling.factor!;
  const wavelength = (2 * Math.PI) / plain;
  const original = scaling.original_max_position_embeddings!;
  const [low, high] = [scaling.low_freq_factor, scaling.high_freq_factor!];
  if (wavelength < original / high) return plain;
  if (wavelength > original / low) return plain / scaling.factor!;
  const smooth = (original / wavelength - low) / (high - low);
  return ((1 - smooth) * plain) / scaling.factor! + smooth * plain;
}

function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function add(a: number[], b: number[]): number[] {
  return a.map((value, i) => value + b[i]!);
}

function softmax(x: number[]): number[] {
  const max = Math.max(...x);
  const exps = x.map((value) => Math.exp(value - max));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}
