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

/**
 * How a layer starts: `xavier` weights with zero biases, PyTorch's own `default`, or weights of another kind, then with
 * zero biases unless given.
 */
export type Start = 'xavier' | 'default' | { weight: Initialiser; bias?: Initialiser };

/** Initialisers of a layer with weights of this shape. */
export function startOf(
  start: Start = 'default',
  weightShape: readonly number[],
): { weight: Initialiser; bias: Initialiser } {
  if (start === 'xavier') return { weight: xavierUniform, bias: zeros };
  if (start === 'default') return { weight: kaimingUniform, bias: biasUniform(weightShape) };
  return { weight: start.weight, bias: start.bias ?? zeros };
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const kernel = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * kernel, fanOut: shape[0] * kernel };
}

type OfShape = number | ((shape: readonly number[]) => number);

function valueFor(value: OfShape, shape: readonly number[]): number {
  return typeof value === 'number' ? value : value(shape);
}

/** So many numbers, one after the other; `Float32Array.from` takes several times as long. */
function drawn(count: number, draw: () => number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = draw();
  return values;
}

/** Uniform in ±bound. */
export function uniform(bound: OfShape): Initialiser {
  return (shape, { seed, name }) => {
    const limit = valueFor(bound, shape);
    const random = randomStream({ seed, node: name });
    return drawn(sizeOf(shape), () => random.uniform(-limit, limit));
  };
}

/** Normal with mean 0. */
export function normal(deviation: OfShape): Initialiser {
  return (shape, { seed, name }) => {
    const scale = valueFor(deviation, shape);
    const random = randomStream({ seed, node: name });
    return drawn(sizeOf(shape), () => random.normal(0, scale));
  };
}

/** Normal with mean 0, drawn again where the value is outside ±reach; PyTorch's and timm's `trunc_normal_`. */
export function truncatedNormal(deviation: number, reach = 2): Initialiser {
  return (shape, { seed, name }) => {
    const random = randomStream({ seed, node: name });
    const draw = (): number => {
      let value = random.normal(0, deviation);
      while (Math.abs(value) > reach) value = random.normal(0, deviation);
      return value;
    };
    return drawn(sizeOf(shape), draw);
  };
}

/**
 * A matrix `[a, b·…]` of orthonormal rows or columns, whichever are fewer, times `gain`; from normal numbers by the
 * method of Gram and Schmidt. A. M. Saxe et al., ICLR 2014.
 */
export function orthogonal(gain = 1): Initialiser {
  return (shape, { seed, name }) => {
    const rows = shape[0];
    const columns = sizeOf(shape.slice(1));
    const wide = rows <= columns;
    const [count, length] = wide ? [rows, columns] : [columns, rows];
    const random = randomStream({ seed, node: name });
    const basis: Float64Array[] = [];
    while (basis.length < count) {
      const vector = orthonormal(
        Float64Array.from({ length }, () => random.normal()),
        basis,
      );
      // A vector that the others nearly span would keep little but rounding.
      if (vector) basis.push(vector);
    }
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const row = Math.floor(i / columns);
      const column = i % columns;
      return gain * (wide ? basis[row][column] : basis[column][row]);
    });
  };
}

/** The part of a vector that is at right angles to the basis, with length 1; undefined where little of it is. */
function orthonormal(vector: Float64Array, basis: readonly Float64Array[]): Float64Array | undefined {
  const before = lengthOf(vector);
  // The second round takes away what rounding left of the first.
  for (let round = 0; round < 2; round++) {
    for (const other of basis) {
      let dot = 0;
      for (let i = 0; i < vector.length; i++) dot += vector[i] * other[i];
      for (let i = 0; i < vector.length; i++) vector[i] -= dot * other[i];
    }
  }
  const norm = lengthOf(vector);
  return norm > 1e-6 * before ? vector.map((value) => value / norm) : undefined;
}

function lengthOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
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

/** The same spread as {@link xavierUniform}, normally distributed. */
export const xavierNormal: Initialiser = normal((shape) => {
  const { fanIn, fanOut } = fans(shape);
  return Math.sqrt(2 / (fanIn + fanOut));
});

/** Xavier-uniform of the weights `[out, ...]` seen as one matrix. */
export const xavierMatrix: Initialiser = uniform((shape) => Math.sqrt(6 / (shape[0] + sizeOf(shape.slice(1)))));

/** PyTorch's default for weights: Kaiming-uniform with a = √5, that is ±1/√fan-in. */
export const kaimingUniform: Initialiser = uniform((shape) => 1 / Math.sqrt(fans(shape).fanIn));

/** Deviation √(2/fan), for layers followed by ReLU. K. He et al., ICCV 2015. */
export function heNormal(fan: 'in' | 'out' = 'in'): Initialiser {
  return normal((shape) => {
    const { fanIn, fanOut } = fans(shape);
    return Math.sqrt(2 / (fan === 'in' ? fanIn : fanOut));
  });
}

/** Uniform in ±√(6/fan-in), for layers followed by ReLU. K. He et al., ICCV 2015. */
export const heUniform: Initialiser = uniform((shape) => Math.sqrt(6 / fans(shape).fanIn));

/** PyTorch's default for the bias of a layer with these weights: ±1/√fan-in. */
export function biasUniform(weightShape: readonly number[]): Initialiser {
  return uniform(1 / Math.sqrt(fans(weightShape).fanIn));
}
