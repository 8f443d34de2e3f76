/** Activation functions by their configuration names. */
import { type Tensor, tf } from '../tf.js';
import { Module } from './module.js';

const LEAKY_SLOPE = 0.2;

/** Exact GELU, x · Φ(x), with its own gradient Φ(x) + x · φ(x). */
function gelu(x: Tensor): Tensor {
  const normalCdf = (input: Tensor) => tf.mul(tf.add(tf.erf(tf.mul(input, Math.SQRT1_2)), 1), 0.5);
  return tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    save([input]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [at] = saved;
      const density = tf.mul(tf.exp(tf.mul(tf.square(at), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(normalCdf(at), tf.mul(at, density)));
    };
    return { value: tf.mul(input, normalCdf(input)), gradFunc };
  })(x);
}

const FUNCTIONS = {
  relu: (x: Tensor) => tf.relu(x),
  tanh: (x: Tensor) => tf.tanh(x),
  leaky_relu: (x: Tensor, slope: number) => tf.leakyRelu(x, slope),
  elu: (x: Tensor) => tf.elu(x),
  gelu,
  silu: (x: Tensor) => tf.mul(x, tf.sigmoid(x)),
  sigmoid: (x: Tensor) => tf.sigmoid(x),
  softmax: (x: Tensor) => tf.softmax(x),
  softplus: (x: Tensor) => tf.softplus(x),
  linear: (x: Tensor) => x,
  none: (x: Tensor) => x,
} satisfies Record<string, (x: Tensor, slope: number) => Tensor>;

export type ActivationName = keyof typeof FUNCTIONS;

export const ACTIVATION_NAMES = Object.keys(FUNCTIONS) as ActivationName[];

/** Applies an activation by name; `softmax` is over channels, `leaky_relu` has slope 0.2 unless given, `gelu` is exact. */
export function activate(name: ActivationName, x: Tensor, slope = LEAKY_SLOPE): Tensor {
  return FUNCTIONS[name](x, slope);
}

export class Activation extends Module<Tensor> {
  /** @param slope of `leaky_relu` below zero; 0.2. */
  constructor(
    readonly name: ActivationName,
    readonly slope?: number,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return activate(this.name, x, this.slope);
  }
}
