/** From a trace to one ONNX model. */
import { Emitter, elementType, storedShape, type Value } from './emit.js';
import { fuse } from './fuse.js';
import { writableInPlace } from './in-place.js';
import type { KernelCall, Trace, TracedValue } from './kernel-call.js';
import { logicalOrder, sameList } from './layout.js';
import { kernelRules } from './lower/index.js';
import { encodeModel, nodeName, type OnnxGraph } from './onnx/model.js';
import { withStateAsComputed } from './state-shapes.js';
import type { NamedTensors } from './tensor-data.js';

/** An input or output of a compiled function; `shape` is as stored in the graph, for kept tensors as it computes with them. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface CompiledGraph {
  readonly model: Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Outputs `next.X` that may be written over the input X. */
  readonly inPlace: readonly string[];
  readonly nodeCount: number;
  /** Nodes for which WebGPU has half a kernel: pooling that also tells where the maxima are. */
  readonly processorNodes: readonly string[];
}

/** A trace as one ONNX graph. */
export interface Lowered {
  readonly graph: OnnxGraph;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** Options of {@link compile}. */
export interface CompileOptions {
  /** Storage order of an input, where it differs from the logical one. */
  inputOrder?: (name: string) => readonly number[] | undefined;
  /** Inputs whose values are known: they become part of the model. */
  constants?: NamedTensors;
  /** Prefers what is fast on ONNX Runtime's CPU provider. */
  cpu?: boolean;
}

/**
 * Lowers a trace. Kernels that no output depends on are left out; an input that nothing uses stays an input.
 *
 * Inputs and outputs are float32 and, unless `inputOrder` says otherwise, in logical axis order.
 */
export function compile(trace: Trace, options: CompileOptions = {}): CompiledGraph {
  const { graph, inputs, outputs } = lower(trace, options);
  const processorNodes = graph.nodes.flatMap((node, index) =>
    node.op === 'MaxPool' && node.outputs.length > 1 ? [nodeName(node, index)] : [],
  );
  const inPlace = writableInPlace(graph);
  return { model: encodeModel(graph), inputs, outputs, inPlace, nodeCount: graph.nodes.length, processorNodes };
}

/** {@link compile}, before it becomes bytes. */
export function lower(recorded: Trace, options: CompileOptions = {}): Lowered {
  const trace = withStateAsComputed(recorded);
  const emitter = new Emitter(options.cpu);
  const values = new Map<TracedValue, Value>();
  const inputs: Port[] = [];
  for (const { name, value } of trace.inputs) {
    const known = options.constants?.get(name);
    if (known) {
      values.set(value, emitter.array(known.data, value.shape));
      continue;
    }
    const order = options.inputOrder?.(name) ?? logicalOrder(value.shape.length);
    const stored = emitter.stored(name, value.shape, order, 'float32');
    values.set(value, stored);
    inputs.push({ name, shape: storedShape(stored) });
  }
  const lookUp = (traced: TracedValue): Value => {
    const known = values.get(traced);
    if (known) return known;
    const value = constantValue(emitter, traced);
    values.set(traced, value);
    return value;
  };
  for (const call of fuse(trace, options)) {
    const lowered = kernelRules.get(call.kernel)!.lower(
      emitter,
      Object.fromEntries(Object.entries(call.inputs).map(([key, value]) => [key, lookUp(value)])),
      call.attributes,
      call.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    );
    call.outputs.forEach((output, index) => {
      values.set(output, checkShape(call, output, lowered[index]));
    });
  }
  const outputs = trace.outputs.map(({ name, value }) => {
    emitter.output(emitter.cast(lookUp(value), 'float32'), name);
    return { name, shape: value.shape };
  });
  const graph: OnnxGraph = {
    name: 'biagraph',
    nodes: emitter.finish(),
    initializers: emitter.initializers,
    inputs: inputs.map((port) => ({ ...port, type: 'float32' })),
    outputs: outputs.map((port) => ({ ...port, type: 'float32' })),
  };
  return { graph, inputs, outputs };
}

function constantValue(emitter: Emitter, traced: TracedValue): Value {
  const type = elementType(traced.dtype);
  if (typeof traced.constant === 'number') return emitter.constant(traced.constant, traced.shape, type);
  if (traced.constant === undefined) throw new Error(`value ${traced.id} is used before it is computed`);
  return emitter.array(traced.constant, traced.shape, type);
}

function checkShape(call: KernelCall, output: TracedValue, value: Value): Value {
  if (!sameList(output.shape, value.shape))
    throw new Error(`${call.kernel}: traced shape ${output.shape.join('×')}, lowered to ${value.shape.join('×')}`);
  return value;
}
