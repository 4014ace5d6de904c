/** Element types, numbered as in onnx.proto3's `TensorProto.DataType`. */
export const DATA_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

export type DataType = keyof typeof DATA_TYPES;

/** A number is one symbolic size (a name) or a fixed one. */
export type Dimension = number | string;

/** An edge of the graph: what a node or an input produces. Compared by identity. */
export interface Value {
  readonly name: string;
}

/** A tensor known when the graph is written. `data` is little-endian and not copied before encoding. */
export interface Constant {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A number is an `int` where it is an integer given as bigint, else a `float`. */
export type Attribute = bigint | number | string | readonly bigint[] | readonly number[];

export interface GraphNode {
  readonly op: string;
  /** '' is ai.onnx, else e.g. 'com.microsoft'. */
  readonly domain: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Port {
  readonly value: Value;
  readonly type: DataType;
  readonly shape: readonly Dimension[];
}

/** Nodes stand in the order they were added, so every node follows the producers of its inputs. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
}
