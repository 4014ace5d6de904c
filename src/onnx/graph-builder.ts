import type { Attribute, Constant, DataType, Dimension, Graph, GraphNode, Port, Value } from './types.ts';

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/**
 * Builds a graph in single-assignment form, node by node.
 *
 * @example
 * const g = new GraphBuilder('double');
 * const x = g.input('x', 'float32', ['n']);
 * g.output('y', g.node('Add', [x, x]), 'float32', ['n']);
 * const bytes = encodeModel(g.graph());
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #shared = new Map<string, Value>();
  readonly #stored = new Map<ArrayBufferView, Port>();
  #serial = 0;

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, type: DataType, shape: readonly Dimension[]): Value {
    const value: Value = { name };
    this.#inputs.push({ value, type, shape });
    return value;
  }

  /** Names `value` as an output of the graph. */
  output(name: string, value: Value, type: DataType, shape: readonly Dimension[]): void {
    const named: Value = { name };
    this.#nodes.push({ op: 'Identity', domain: '', inputs: [value], outputs: [named], attributes: {} });
    this.#outputs.push({ value: named, type, shape });
  }

  /**
   * An initializer. `data` is kept by reference: it must not change before the graph is encoded. The same object
   * in the same shape is one initializer however often it is asked for, under the name it was first given.
   */
  constant(name: string, type: DataType, shape: readonly number[], data: ArrayBufferView): Value {
    const known = this.#stored.get(data);
    if (known && known.type === type && known.shape.join() === shape.join()) return known.value;
    const value: Value = { name };
    this.#stored.set(data, { value, type, shape });
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.push({ name, type, shape, data: bytes });
    return value;
  }

  /** A small list of 64-bit integers (shapes, axes), written once however often it is asked for. */
  ints(...values: readonly number[]): Value {
    return this.#once(`ints_${values.join('_')}`, (name) =>
      this.constant(name, 'int64', [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** One 64-bit integer of rank 0. */
  index(value: number): Value {
    return this.#once(`index_${value}`, (name) =>
      this.constant(name, 'int64', [], BigInt64Array.of(BigInt(value))),
    );
  }

  scalar(value: number): Value {
    return this.#once(`scalar_${value}`, (name) =>
      this.constant(name, 'float32', [], Float32Array.of(value)),
    );
  }

  /** Adds a node with one output. `null` stands for an optional input left out. */
  node(op: string, inputs: readonly (Value | null)[], options: NodeOptions = {}): Value {
    return this.nodes(op, inputs, 1, options)[0]!;
  }

  /** Adds a node with `count` outputs. */
  nodes(op: string, inputs: readonly (Value | null)[], count: number, options: NodeOptions = {}): Value[] {
    const outputs = Array.from({ length: count }, (): Value => ({ name: `${op}_${this.#serial++}` }));
    this.#nodes.push({
      op,
      domain: options.domain ?? '',
      inputs,
      outputs,
      attributes: options.attributes ?? {},
    });
    return outputs;
  }

  graph(): Graph {
    return {
      name: this.#name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      constants: this.#constants,
      nodes: this.#nodes,
    };
  }

  #once(key: string, make: (name: string) => Value): Value {
    const known = this.#shared.get(key);
    if (known) return known;
    const value = make(key);
    this.#shared.set(key, value);
    return value;
  }
}
