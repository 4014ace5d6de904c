import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TenonError } from '../../errors.ts';
import { type LoraAdapter, type Residency, ResidentAdapters } from '../../lora/index.ts';
import { type DecoderConfig, type OnnxModel, SITES, siteOutputs, siteShapes } from '../../model/index.ts';
import { KeyValueBatches } from './key-value-batches.ts';
import type { KeyValueRow } from './key-value-row.ts';
import { layOut, type PassResult, type PassRow } from './pass.ts';

/** The rows of a batch in the order in which they are fed, and their pasts side by side, layer by layer. */
interface Arrangement {
  readonly order: readonly number[];
  /** Past positions in the tensors. */
  readonly past: number;
  readonly keys: (layer: number) => Float32Array;
  readonly values: (layer: number) => Float32Array;
}

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
  readonly #batches: KeyValueBatches;
  /** Runs so far. */
  passes = 0;

  private constructor(config: DecoderConfig, session: InferenceSession, slots: number) {
    this.#config = config;
    this.#session = session;
    this.#adapters = new ResidentAdapters(config, slots);
    this.#outputs = session.outputNames;
    this.#batches = new KeyValueBatches(config);
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

  /** Digests whose adapters make room last. */
  pinAdapters(digests: readonly string[]): void {
    this.#adapters.pin(digests);
  }

  /** Begins to read an adapter's weights, for a row that waits. What is wrong with them its run will say. */
  prefetch(adapter: LoraAdapter): void {
    if (!this.#adapters.has(adapter)) this.#adapters.prefetch(adapter).catch(() => undefined);
  }

  /** Bytes of keys and values copied so far to stand side by side in a batch. */
  get copiedBytes(): number {
    return this.#batches.copiedBytes;
  }

  /** As few steps as the slots allow. Throws the first row's failure. */
  async run(rows: readonly PassRow[]): Promise<readonly PassResult[]> {
    const results: PassResult[] = [];
    for (const group of this.#adapters.groups(rows.map((row) => row.adapter))) {
      const outcomes = await this.step(group.map((row) => rows[row]!));
      outcomes.forEach((outcome, i) => {
        if (outcome instanceof TenonError) throw outcome;
        results[group[i]!] = outcome;
      });
    }
    return results;
  }

  /**
   * One run of the model. A row that computes what is not a number has `engine_output_invalid` for its outcome, and
   * an unchanged past; its neighbours do not notice.
   */
  async step(rows: readonly PassRow[]): Promise<readonly (PassResult | TenonError)[]> {
    const { order, past, keys, values } = this.#arrange(rows);
    const placed = order.map((r) => rows[r]!);
    const layout = layOut(placed, past);
    const residency = this.#adapters.place(placed.map((row) => row.adapter));
    const count = placed.length;
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
        ...this.#pastTensors(count, past, keys, values),
        ...this.#loraTensors(residency),
      },
      this.#outputs,
    );
    this.passes++;
    const logprobs = this.#splitLogprobs(placed, result.logprobs!.data as Float32Array);
    const outcomes: (PassResult | TenonError)[] = Array.from({ length: count });
    placed.forEach((row, lane) => {
      const own = logprobs[lane]!;
      if (own instanceof TenonError) this.#batches.erase(row.past);
      const keepIn = (into: KeyValueRow) => this.#keep(into, lane, layout.width, row.tokens.length, result);
      outcomes[order[lane]!] = own instanceof TenonError ? own : { logprobs: own, keepIn };
      if (!(own instanceof TenonError) && !row.discard) keepIn(row.past);
    });
    return outcomes;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  /** A lone row is fed as it stands, with its spare capacity; of a batch each has its lane. */
  #arrange(rows: readonly PassRow[]): Arrangement {
    const [first] = rows;
    if (rows.length === 1 && first) {
      const { length, capacity, keys, values } = first.past;
      const fed = (all: readonly Float32Array[]) => (layer: number) => all[layer]!;
      return { order: [0], past: length === 0 ? 0 : capacity, keys: fed(keys), values: fed(values) };
    }
    const pasts = rows.map((row) => row.past);
    const batch = this.#batches.for(pasts);
    const order: number[] = [];
    batch.place(pasts).forEach((lane, r) => {
      order[lane] = r;
    });
    return {
      order,
      past: batch.stride,
      keys: (layer) => batch.keys(layer, rows.length),
      values: (layer) => batch.values(layer, rows.length),
    };
  }

  #pastTensors(
    count: number,
    past: number,
    keys: Arrangement['keys'],
    values: Arrangement['values'],
  ): Record<string, Tensor> {
    const { layers, kvHeads, headDim } = this.#config;
    const shape = [count, kvHeads, past, headDim];
    const none = new Float32Array();
    const tensors: Record<string, Tensor> = {};
    for (let layer = 0; layer < layers; layer++) {
      tensors[`past_key_${layer}`] = new Tensor('float32', past > 0 ? keys(layer) : none, shape);
      tensors[`past_value_${layer}`] = new Tensor('float32', past > 0 ? values(layer) : none, shape);
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

  #splitLogprobs(
    rows: readonly PassRow[],
    data: Float32Array,
  ): readonly (readonly Float32Array[] | TenonError)[] {
    const { vocabulary } = this.#config;
    let at = 0;
    return rows.map((row) => {
      const logprobs = row.wanted.map(() => data.subarray(at, (at += vocabulary)));
      // Each is divided by the sum over all, so one that is no number makes all of them none.
      if (logprobs.every((own) => Number.isFinite(own[0]))) return logprobs;
      return new TenonError('engine_output_invalid', { adapter: row.adapter?.digest ?? 'none' });
    });
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
