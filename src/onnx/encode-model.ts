import { ProtoWriter } from './protobuf.ts';
import type { Attribute, Constant, Graph, GraphNode, Port } from './types.ts';
import { DATA_TYPES } from './types.ts';

/** ai.onnx operator set of every graph written here. */
const OPSET = 21;
/** IR version 10: the first that goes with operator set 21. */
const IR_VERSION = 10;

/** Constants from this size on stand beside the model where it is encoded in parts, in bytes. */
const LARGE = 1024;

/** A model and the tensors that it refers to, by name: what onnxruntime takes as `externalData`. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** One message with everything inside: up to protobuf's two gigabytes. */
export function encodeModel(graph: Graph): Uint8Array {
  return encodeWith(graph, encodeTensor);
}

/** Large constants are not copied, and may be of any size together. Field numbers are those of onnx.proto3. */
export function encodeModelInParts(graph: Graph): OnnxModel {
  const isLarge = ({ data }: Constant) => data.length >= LARGE;
  return {
    bytes: encodeWith(graph, (constant) =>
      isLarge(constant) ? encodeReference(constant) : encodeTensor(constant),
    ),
    external: graph.constants.filter(isLarge).map(({ name, data }) => ({ path: name, data })),
  };
}

type EncodeTensor = (constant: Constant) => ProtoWriter;

/** Field numbers below are those of onnx.proto3, message by message. */
function encodeWith(graph: Graph, tensor: EncodeTensor): Uint8Array {
  const model = new ProtoWriter()
    .uint(1, IR_VERSION)
    .string(2, 'tenon')
    .message(7, encodeGraph(graph, tensor));
  model.message(8, new ProtoWriter().string(1, '').uint(2, OPSET));
  const domains = new Set(graph.nodes.map((node) => node.domain).filter((domain) => domain !== ''));
  for (const domain of domains) model.message(8, new ProtoWriter().string(1, domain).uint(2, 1));
  return model.finish();
}

function encodeGraph(graph: Graph, tensor: EncodeTensor): ProtoWriter {
  const out = new ProtoWriter();
  for (const node of graph.nodes) out.message(1, encodeNode(node));
  out.string(2, graph.name);
  for (const constant of graph.constants) out.message(5, tensor(constant));
  for (const port of graph.inputs) out.message(11, encodePort(port));
  for (const port of graph.outputs) out.message(12, encodePort(port));
  return out;
}

function encodeNode(node: GraphNode): ProtoWriter {
  const out = new ProtoWriter();
  for (const input of node.inputs) out.string(1, input?.name ?? '');
  for (const output of node.outputs) out.string(2, output.name);
  out.string(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) out.message(5, encodeAttribute(name, value));
  return out.string(7, node.domain);
}

function encodeAttribute(name: string, value: Attribute): ProtoWriter {
  const out = new ProtoWriter().string(1, name);
  if (typeof value === 'bigint') return out.int(3, value).uint(20, 2);
  if (typeof value === 'number') return out.float(2, value).uint(20, 1);
  if (typeof value === 'string') return out.string(4, value).uint(20, 3);
  for (const item of value) typeof item === 'bigint' ? out.int(8, item) : out.float(7, item);
  return out.uint(20, typeof value[0] === 'number' ? 6 : 7);
}

function encodeTensor(constant: Constant): ProtoWriter {
  return encodeTensorHead(constant).bytes(9, constant.data);
}

function encodeReference(constant: Constant): ProtoWriter {
  const out = encodeTensorHead(constant);
  const entry = (key: string, value: string) =>
    out.message(13, new ProtoWriter().string(1, key).string(2, value));
  entry('location', constant.name);
  entry('offset', '0');
  entry('length', String(constant.data.length));
  return out.uint(14, 1);
}

function encodeTensorHead({ name, type, shape }: Constant): ProtoWriter {
  const out = new ProtoWriter();
  for (const size of shape) out.uint(1, size);
  return out.uint(2, DATA_TYPES[type]).string(8, name);
}

function encodePort(port: Port): ProtoWriter {
  const shape = new ProtoWriter();
  for (const size of port.shape) {
    const dimension = new ProtoWriter();
    shape.message(1, typeof size === 'number' ? dimension.uint(1, size) : dimension.string(2, size));
  }
  const tensor = new ProtoWriter().uint(1, DATA_TYPES[port.type]).message(2, shape);
  return new ProtoWriter().string(1, port.value.name).message(2, new ProtoWriter().message(1, tensor));
}
