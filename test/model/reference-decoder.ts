import type { DecoderConfig, NamedTensor } from '../../src/model/index.ts';

/**
 * A Llama decoder as plainly as it can be written, in double precision, to check the graph against: no batch, no
 * cache, one loop per sum. Returns ln p of every next token, after
 * every token.
 */
export function referenceLogprobs(
  config: DecoderConfig,
  tensors: readonly NamedTensor[],
  tokens: readonly number[],
): number[][] {
  const weights = new Map(tensors.map(({ name, data }) => [name, data]));
  const weight = (name: string) => weights.get(name)!;
  const { hidden, heads, kvHeads, headDim } = config;
  const linear = (x: number[], name: string): number[] => {
    const w = weight(name);
    return Array.from({ length: w.length / x.length }, (_, o) =>
      x.reduce((sum, value, i) => sum + value * w[o * x.length + i]!, 0),
    );
  };
  const norm = (x: number[], name: string): number[] => {
    const mean = x.reduce((sum, value) => sum + value * value, 0) / x.length;
    return x.map((value, i) => (value / Math.sqrt(mean + config.normEpsilon)) * weight(name)[i]!);
  };
  const rotate = (head: number[], position: number): number[] => {
    const half = headDim / 2;
    return head.map((value, i) => {
      const angle = position / config.ropeTheta ** ((i % half) / half);
      const other = i < half ? -head[i + half]! : head[i - half]!;
      return value * Math.cos(angle) + other * Math.sin(angle);
    });
  };
  const split = (x: number[], count: number) =>
    Array.from({ length: count }, (_, h) => x.slice(h * headDim, (h + 1) * headDim));

  let states = tokens.map((token) => [
    ...weight('model.embed_tokens.weight').slice(token * hidden, (token + 1) * hidden),
  ]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}.`;
    const normed = states.map((x) => norm(x, `${at}input_layernorm.weight`));
    const queries = normed.map((x, p) =>
      split(linear(x, `${at}self_attn.q_proj.weight`), heads).map((h) => rotate(h, p)),
    );
    const keys = normed.map((x, p) =>
      split(linear(x, `${at}self_attn.k_proj.weight`), kvHeads).map((h) => rotate(h, p)),
    );
    const values = normed.map((x) => split(linear(x, `${at}self_attn.v_proj.weight`), kvHeads));
    states = states.map((x, p) => {
      const attended = queries[p]!.flatMap((query, h) => {
        const shared = Math.floor((h * kvHeads) / heads);
        const scores = keys.slice(0, p + 1).map((key) => dot(query, key[shared]!) / Math.sqrt(headDim));
        const shares = softmax(scores);
        return Array.from({ length: headDim }, (_, i) =>
          shares.reduce((sum, share, q) => sum + share * values[q]![shared]![i]!, 0),
        );
      });
      const mixed = add(x, linear(attended, `${at}self_attn.o_proj.weight`));
      const inner = norm(mixed, `${at}post_attention_layernorm.weight`);
      const gate = linear(inner, `${at}mlp.gate_proj.weight`);
      const up = linear(inner, `${at}mlp.up_proj.weight`);
      const product = gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      return add(mixed, linear(product, `${at}mlp.down_proj.weight`));
    });
  }
  const head = config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return states.map((x) => softmax(linear(norm(x, 'model.norm.weight'), head)).map(Math.log));
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
