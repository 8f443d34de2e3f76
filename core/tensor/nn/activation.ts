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
  leaky_relu: (x: Tensor) => tf.leakyRelu(x, LEAKY_SLOPE),
  elu: (x: Tensor) => tf.elu(x),
  gelu,
  silu: (x: Tensor) => tf.mul(x, tf.sigmoid(x)),
  sigmoid: (x: Tensor) => tf.sigmoid(x),
  softmax: (x: Tensor) => tf.softmax(x),
  softplus: (x: Tensor) => tf.softplus(x),
  linear: (x: Tensor) => x,
  none: (x: Tensor) => x,
} as const;

export type ActivationName = keyof typeof FUNCTIONS;

export const ACTIVATION_NAMES = Object.keys(FUNCTIONS) as ActivationName[];

/** Applies an activation by name; `softmax` is over channels, `leaky_relu` has slope 0.2, `gelu` is exact. */
export function activate(name: ActivationName, x: Tensor): Tensor {
  return FUNCTIONS[name](x);
}

export class Activation extends Module<Tensor> {
  constructor(readonly name: ActivationName) {
    super();
  }

  forward(x: Tensor): Tensor {
    return activate(this.name, x);
  }
}
