import { Decoder } from '../../src/engine/onnx/decoder.ts';
import { KeyValueRow } from '../../src/engine/onnx/key-value-row.ts';
import { type LoraAdapter, readAdapter } from '../../src/lora/index.ts';
import { type LoadOptions, loadModel, type Model } from '../../src/model/index.ts';

/** A model as the engine runs it, without grammar or queue. */
export interface OurModel {
  readonly model: Model;
  adapter(folder: string): LoraAdapter;
  /** Ln p of every token after each of `tokens`. */
  logprobs(tokens: readonly number[], adapter?: LoraAdapter | null): Promise<readonly Float32Array[]>;
  greedy(tokens: readonly number[], count: number, adapter?: LoraAdapter | null): Promise<number[]>;
  close(): Promise<void>;
}

export async function openOurs(folder: string, options: LoadOptions = {}): Promise<OurModel> {
  const model = await loadModel(folder, options);
  const decoder = await Decoder.create(model.onnx, model.config, { threads: 1, slots: 4 });
  return {
    model,
    adapter: (path) => readAdapter(path, model.config),
    async logprobs(tokens, adapter = null) {
      const past = new KeyValueRow(model.config);
      const [result] = await decoder.run([{ past, tokens, adapter, wanted: tokens.map((_, i) => i) }]);
      return result!.logprobs.map((values) => Float32Array.from(values));
    },
    async greedy(tokens, count, adapter = null) {
      const past = new KeyValueRow(model.config);
      const written: number[] = [];
      let next = tokens;
      while (written.length < count) {
        const [result] = await decoder.run([{ past, tokens: next, adapter, wanted: [next.length - 1] }]);
        const logprobs = result!.logprobs[0]!;
        const best = logprobs.indexOf(logprobs.reduce((a, b) => Math.max(a, b)));
        written.push(best);
        next = [best];
      }
      return written;
    },
    close: () => decoder.close(),
  };
}

/** The largest |difference| of two rows of logprobs, position by position. */
export function farthest(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  let worst = 0;
  a.forEach((row, i) => {
    for (let k = 0; k < row.length; k++) worst = Math.max(worst, Math.abs(row[k]! - b[i]![k]!));
  });
  return worst;
}

/** Mean over positions of Σ p · (ln p − ln q): what is lost by using q for p, in nats. */
export function divergence(p: readonly ArrayLike<number>[], q: readonly ArrayLike<number>[]): number {
  let sum = 0;
  p.forEach((row, i) => {
    for (let k = 0; k < row.length; k++) sum += Math.exp(row[k]!) * (row[k]! - q[i]![k]!);
  });
  return sum / p.length;
}
