import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TenonError } from '../../errors.ts';
import { type Residency, ResidentAdapters } from '../../lora/index.ts';
import { type DecoderConfig, type OnnxModel, SITES, siteOutputs, siteShapes } from '../../model/index.ts';
import { GatheredPasts } from './gathered-pasts.ts';
import type { KeyValueRow } from './key-value-row.ts';
import { layOut, type PassResult, type PassRow } from './pass.ts';

type Outputs = Awaited<ReturnType<InferenceSession['run']>>;

/**
 * Runs the model over a batch of sequences, each with its own past and adapter. The one place that knows the
 * graph's inputs and outputs.
 */
export class Decoder {
  readonly #config: DecoderConfig;
  readonly #session: InferenceSession;
  readonly #adapters: ResidentAdapters;
  readonly #outputs: readonly string[];
  #lora: { readonly of: Residency['stacks']; readonly tensors: Record<string, Tensor> } | null = null;
  readonly #gathered = new GatheredPasts();
  /** Runs so far. */
  passes = 0;

  private constructor(config: DecoderConfig, session: InferenceSession, slots: number) {
    this.#config = config;
    this.#session = session;
    this.#adapters = new ResidentAdapters(config, slots);
    this.#outputs = session.outputNames;
  }

  static async create(
    onnx: OnnxModel,
    config: DecoderConfig,
    options: { readonly threads: number; readonly slots: number },
  ): Promise<Decoder> {
    const session = await InferenceSession.create(onnx.bytes, {
      externalData: onnx.external,
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    return new Decoder(config, session, options.slots);
  }

  /** How many different adapters one batch may hold. */
  get adapterCapacity(): number {
    return this.#adapters.capacity;
  }

  /**
   * One run of the model, or as few as its slots allow where rows have more adapters than there are slots. Throws `engine_output_invalid` where it computes what is not a number; the rows' pasts
   * are then unchanged.
   */
  async run(rows: readonly PassRow[]): Promise<readonly PassResult[]> {
    const groups = this.#adapters.groups(rows.map((row) => row.adapter));
    if (groups.length === 1) return await this.#runTogether(rows);
    const results: PassResult[] = [];
    for (const group of groups) {
      const part = await this.#runTogether(group.map((row) => rows[row]!));
      group.forEach((row, i) => {
        results[row] = part[i]!;
      });
    }
    return results;
  }

  async #runTogether(rows: readonly PassRow[]): Promise<readonly PassResult[]> {
    const past = this.#pastLength(rows);
    const layout = layOut(rows, past);
    const residency = this.#adapters.place(rows.map((row) => row.adapter));
    const count = rows.length;
    const { layers } = this.#config;
    const slots = Array.from({ length: layers }, (_, layer) =>
      residency.rows.map((slot) => layer * residency.slots + slot),
    );
    const result = await this.#session.run(
      {
        ids: new Tensor('int64', layout.ids, [count, layout.width]),
        positions: new Tensor('int64', layout.positions, [count, layout.width]),
        bias: new Tensor('float32', layout.bias, [count, 1, layout.width, past + layout.width]),
        picked: new Tensor('int64', layout.picked, [layout.picked.length]),
        slots: new Tensor('int64', BigInt64Array.from(slots.flat(), BigInt), [layers, count]),
        ...this.#pastTensors(rows, past),
        ...this.#loraTensors(residency),
      },
      this.#outputs,
    );
    this.passes++;
    const logprobs = this.#splitLogprobs(rows, result.logprobs!.data as Float32Array);
    const results = rows.map((row, r) => ({
      logprobs: logprobs[r]!,
      keepIn: (past: KeyValueRow) => this.#keep(past, r, layout.width, row.tokens.length, result),
    }));
    rows.forEach((row, r) => {
      if (!row.discard) results[r]!.keepIn(row.past);
    });
    return results;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /** A lone row is fed as it stands, with its spare capacity; a batch is gathered, as long as its longest. */
  #pastLength(rows: readonly PassRow[]): number {
    const [first] = rows;
    if (rows.length === 1 && first) return first.past.length === 0 ? 0 : first.past.capacity;
    return Math.max(...rows.map((row) => row.past.length));
  }

  #pastTensors(rows: readonly PassRow[], past: number): Record<string, Tensor> {
    const { layers, kvHeads, headDim } = this.#config;
    const shape = [rows.length, kvHeads, past, headDim];
    const gathered =
      rows.length > 1
        ? this.#gathered.of(
            rows.map((row) => row.past),
            past,
            this.#config,
          )
        : null;
    const tensors: Record<string, Tensor> = {};
    for (let layer = 0; layer < layers; layer++) {
      const { keys, values } = gathered ?? rows[0]!.past;
      tensors[`past_key_${layer}`] = new Tensor(
        'float32',
        past > 0 ? keys[layer]! : new Float32Array(),
        shape,
      );
      tensors[`past_value_${layer}`] = new Tensor(
        'float32',
        past > 0 ? values[layer]! : new Float32Array(),
        shape,
      );
    }
    return tensors;
  }

  #loraTensors(residency: Residency): Record<string, Tensor> {
    if (this.#lora?.of === residency.stacks) return this.#lora.tensors;
    const shapes = siteShapes(this.#config);
    const tensors: Record<string, Tensor> = {};
    const count = this.#config.layers * residency.slots;
    for (const site of SITES) {
      const { rank, a, b } = residency.stacks[site];
      tensors[`lora_${site}_a`] = new Tensor('float32', a, [count, shapes[site].inputs, rank]);
      tensors[`lora_${site}_b`] = new Tensor('float32', b, [count, rank, siteOutputs(shapes[site])]);
    }
    this.#lora = { of: residency.stacks, tensors };
    return tensors;
  }

  #splitLogprobs(rows: readonly PassRow[], data: Float32Array): readonly (readonly Float32Array[])[] {
    const { vocabulary } = this.#config;
    let at = 0;
    return rows.map((row) =>
      row.wanted.map(() => {
        const logprobs = data.subarray(at, (at += vocabulary));
        // Each is divided by the sum over all, so one that is no number makes all of them none.
        if (Number.isFinite(logprobs[0])) return logprobs;
        throw new TenonError('engine_output_invalid', { adapter: row.adapter?.digest ?? 'none' });
      }),
    );
  }

  #keep(row: KeyValueRow, index: number, width: number, count: number, outputs: Outputs): void {
    for (let layer = 0; layer < this.#config.layers; layer++) {
      const keys = outputs[`key_${layer}`]!.data as Float32Array;
      const values = outputs[`value_${layer}`]!.data as Float32Array;
      row.write(layer, keys, values, index, width, count);
    }
    row.advance(count);
  }
}
