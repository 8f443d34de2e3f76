/** What a trace consists of: recorded kernels and the values between them. */
import type { DataType } from '@tensorflow/tfjs';

export type ElementArray = Float32Array | Int32Array | Uint8Array;

/** A value inside a trace; also the data handle that TensorFlow.js carries around. */
export interface TracedValue {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Known at tracing time: one number for all elements, or all of them. */
  readonly constant?: number | ElementArray;
}

/** One recorded kernel. */
export interface KernelCall {
  readonly kernel: string;
  /** Inputs by the kernel's own names; lists (concatenation) have the names 0, 1, … */
  readonly inputs: Readonly<Record<string, TracedValue>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly TracedValue[];
}

/** A named input of a traced function. */
export interface ValueSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Trace {
  readonly calls: readonly KernelCall[];
  /** The inputs given, then those added. */
  readonly inputs: readonly { name: string; value: TracedValue }[];
  readonly outputs: readonly { name: string; value: TracedValue }[];
}

/** Kernel of the compiler's own: GELU with the error function, of an input `x`. */
export const GELU = 'Gelu';

/** Kernel of the compiler's own: inputs `x`, `weight` and `bias`, normalised over the last axis; attribute `epsilon`. */
export const LAYER_NORM = 'LayerNorm';

/** Kernel of the compiler's own: inputs `a` and `b` of one shape, attributes of Sum, and `mean`. */
export const SUM_OF_PRODUCTS = 'SumOfProducts';
