/**
 * Starting values: a pure function of the seed and the name of the parameter.
 *
 * Fans follow PyTorch: of a shape `[a, b, ...kernel]`, fan-in is b·kernel and fan-out a·kernel, for transposed
 * convolutions too.
 */
import { randomStream } from '../../image/random.js';
import { sizeOf } from '../layout.js';

/** Makes the starting values of a parameter or buffer. */
export type Initialiser = (shape: readonly number[], key: { seed: number; name: string }) => Float32Array;

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const kernel = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * kernel, fanOut: shape[0] * kernel };
}

/** Uniform in ±bound. */
export function uniform(bound: number | ((shape: readonly number[]) => number)): Initialiser {
  return (shape, { seed, name }) => {
    const limit = typeof bound === 'number' ? bound : bound(shape);
    const random = randomStream({ seed, node: name });
    return Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-limit, limit));
  };
}

export function constant(value: number): Initialiser {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

export const zeros = constant(0);
export const ones = constant(1);

/** X. Glorot and Y. Bengio, AISTATS 2010. */
export const xavierUniform: Initialiser = uniform((shape) => {
  const { fanIn, fanOut } = fans(shape);
  return Math.sqrt(6 / (fanIn + fanOut));
});

/** PyTorch's default for weights: Kaiming-uniform with a = √5, that is ±1/√fan-in. */
export const kaimingUniform: Initialiser = uniform((shape) => 1 / Math.sqrt(fans(shape).fanIn));

/** PyTorch's default for the bias of a layer with these weights: ±1/√fan-in. */
export function biasUniform(weightShape: readonly number[]): Initialiser {
  return uniform(1 / Math.sqrt(fans(weightShape).fanIn));
}
