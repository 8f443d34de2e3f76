/** Tensors outside of TensorFlow.js: flat float32 data and a shape. */

export interface TensorData {
  /** C-order; images are channels-last, weights have PyTorch's axis order. */
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Tensors by name, such as the state of a training: `model.<key>`, `optimizer.<slot>.<key>`. */
export type NamedTensors = Map<string, TensorData>;
