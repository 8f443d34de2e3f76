/** What the compiler must know about a TensorFlow.js kernel. */
import type { DataType } from '@tensorflow/tfjs';
import type { Emitter, Value } from '../emit.js';
import type { TracedValue } from '../kernel-call.js';

export type TracedInputs = Readonly<Record<string, TracedValue>>;
export type Attributes = Readonly<Record<string, unknown>>;

export interface OutputSpec {
  shape: readonly number[];
  dtype: DataType;
}

export interface KernelRule {
  /** Shapes and types of the outputs; called while tracing. */
  infer(inputs: TracedInputs, attributes: Attributes): OutputSpec[];
  /** Emits ONNX nodes; called while compiling. */
  lower(
    emitter: Emitter,
    inputs: Readonly<Record<string, Value>>,
    attributes: Attributes,
    outputs: OutputSpec[],
  ): Value[];
  /** The kernel answers with a list even when it holds one tensor. */
  list?: boolean;
}

export type KernelRules = Readonly<Record<string, KernelRule>>;
