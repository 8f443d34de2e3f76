/**
 * ONNX models as plain data, and their serialisation.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { MessageWriter } from './proto.js';

/** Element types that the compiler emits; the numbers are those of `TensorProto.DataType`. */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

export type AttributeValue =
  | { int: number }
  | { float: number }
  | { string: string }
  | { ints: readonly number[] }
  | { floats: readonly number[] };

export interface OnnxNode {
  op: string;
  /** Operator set other than the standard one, such as `com.microsoft`. */
  domain?: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, AttributeValue>;
}

export interface OnnxTensor {
  name: string;
  type: ElementType;
  shape: readonly number[];
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

export interface OnnxValueInfo {
  name: string;
  type: ElementType;
  /** Sides; a word stands for one that is known only when the graph runs. */
  shape: readonly (number | string)[];
}

export interface OnnxGraph {
  name: string;
  nodes: readonly OnnxNode[];
  initializers: readonly OnnxTensor[];
  inputs: readonly OnnxValueInfo[];
  outputs: readonly OnnxValueInfo[];
  /** Free text by key, for whoever reads the file. */
  metadata?: Readonly<Record<string, string>>;
}

/** Version of the standard operator set that every lowering rule is written against. */
export const OPSET = 18;
const IR_VERSION = 8;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

/** Serialised `ModelProto`. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const model = new MessageWriter().int(1, IR_VERSION).string(2, 'biagraph').message(7, encodeGraph(graph));
  model.message(8, new MessageWriter().string(1, '').int(2, OPSET));
  const domains = new Set(graph.nodes.flatMap((node) => node.domain ?? []));
  for (const domain of domains) model.message(8, new MessageWriter().string(1, domain).int(2, 1));
  for (const [key, value] of Object.entries(graph.metadata ?? {}))
    model.message(14, new MessageWriter().string(1, key).string(2, value));
  return model.finish();
}

/** Name of the node at a place in the list. */
export function nodeName(node: OnnxNode, index: number): string {
  return `${node.op}_${index}`;
}

function encodeGraph(graph: OnnxGraph): MessageWriter {
  const out = new MessageWriter();
  graph.nodes.forEach((node, index) => {
    out.message(1, encodeNode(node, nodeName(node, index)));
  });
  out.string(2, graph.name);
  for (const tensor of graph.initializers) out.message(5, encodeTensor(tensor));
  for (const input of graph.inputs) out.message(11, encodeValueInfo(input));
  for (const output of graph.outputs) out.message(12, encodeValueInfo(output));
  return out;
}

function encodeNode(node: OnnxNode, name: string): MessageWriter {
  const out = new MessageWriter();
  for (const input of node.inputs) out.string(1, input);
  for (const output of node.outputs) out.string(2, output);
  out.string(3, name).string(4, node.op);
  for (const [key, value] of Object.entries(node.attributes)) out.message(5, encodeAttribute(key, value));
  if (node.domain) out.string(7, node.domain);
  return out;
}

function encodeAttribute(name: string, value: AttributeValue): MessageWriter {
  const out = new MessageWriter().string(1, name);
  if ('int' in value) return out.int(3, value.int).int(20, ATTRIBUTE_TYPE.int);
  if ('float' in value) return out.float(2, value.float).int(20, ATTRIBUTE_TYPE.float);
  if ('string' in value) return out.string(4, value.string).int(20, ATTRIBUTE_TYPE.string);
  if ('ints' in value) {
    for (const item of value.ints) out.int(8, item);
    return out.int(20, ATTRIBUTE_TYPE.ints);
  }
  for (const item of value.floats) out.float(7, item);
  return out.int(20, ATTRIBUTE_TYPE.floats);
}

function encodeTensor(tensor: OnnxTensor): MessageWriter {
  const out = new MessageWriter();
  for (const side of tensor.shape) out.int(1, side);
  const { buffer, byteOffset, byteLength } = tensor.data;
  const raw = new Uint8Array(buffer, byteOffset, byteLength);
  return out.int(2, ELEMENT_TYPE[tensor.type]).string(8, tensor.name).bytes(9, raw);
}

function encodeValueInfo(info: OnnxValueInfo): MessageWriter {
  const shape = new MessageWriter();
  for (const side of info.shape) {
    const dimension = new MessageWriter();
    shape.message(1, typeof side === 'number' ? dimension.int(1, side) : dimension.string(2, side));
  }
  const tensor = new MessageWriter().int(1, ELEMENT_TYPE[info.type]).message(2, shape);
  return new MessageWriter().string(1, info.name).message(2, new MessageWriter().message(1, tensor));
}
