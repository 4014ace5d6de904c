// Writes ONNX models: a graph in single-assignment form, and its protocol-buffers encoding.
// It knows operators and tensors, nothing of language models: `model/` builds a decoder with it, and
// `training/` a backward pass. Graphs are plain data (nodes in topological order), so that automatic
// differentiation can walk one and emit another. A model written here is loaded by onnxruntime from
// memory: as one message, which protobuf bounds at two gigabytes, or with its large tensors beside it.
export { encodeModel, encodeModelInParts, type OnnxModel } from './encode-model.ts';
export { GraphBuilder, type NodeOptions } from './graph-builder.ts';
export type { Attribute, Constant, DataType, Dimension, Graph, GraphNode, Port, Value } from './types.ts';
export { DATA_TYPES } from './types.ts';
