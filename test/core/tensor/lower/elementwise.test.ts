import fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Tensor, type Tensor4D, tf } from '../../../../core/tensor/index.js';
import { expectSame, pattern } from '../run.js';

const UNARY: Record<string, (x: Tensor) => Tensor> = {
  abs: tf.abs,
  acos: tf.acos,
  acosh: (x) => tf.acosh(tf.add(tf.abs(x), 1.1)),
  asin: tf.asin,
  asinh: tf.asinh,
  atan: tf.atan,
  atanh: (x) => tf.atanh(tf.mul(x, 0.9)),
  ceil: tf.ceil,
  clip: (x) => tf.clipByValue(x, -0.3, 0.4),
  cos: tf.cos,
  cosh: tf.cosh,
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  isFinite: (x) => tf.cast(tf.isFinite(tf.log(x)), 'float32'),
  isInf: (x) => tf.cast(tf.isInf(tf.div(1, tf.relu(x))), 'float32'),
  isNaN: (x) => tf.cast(tf.isNaN(tf.log(x)), 'float32'),
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  log: (x) => tf.log(tf.add(tf.abs(x), 0.1)),
  log1p: (x) => tf.log1p(tf.abs(x)),
  neg: tf.neg,
  not: (x) => tf.cast(tf.logicalNot(tf.greater(x, 0)), 'float32'),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.1)),
  relu: tf.relu,
  relu6: (x) => tf.relu6(tf.mul(x, 20)),
  round: (x) => tf.round(tf.mul(x, 5)),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.1)),
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sinh: tf.sinh,
  tan: tf.tan,
  sign: tf.sign,
  sin: tf.sin,
  softplus: tf.softplus,
  sqrt: (x) => tf.sqrt(tf.abs(x)),
  square: tf.square,
  step: (x) => tf.step(x),
  'step with a slope': (x) => tf.step(x, 0.2),
  tanh: tf.tanh,
  'int32 and back': (x) => tf.cast(tf.cast(tf.mul(x, 9), 'int32'), 'float32'),
};

const BINARY: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5)),
  maximum: tf.maximum,
  minimum: tf.minimum,
  pow: (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), b),
  mod: (a, b) => tf.mod(tf.mul(a, 7), tf.mul(tf.sign(b), tf.add(tf.abs(b), 0.5))),
  squaredDifference: tf.squaredDifference,
  floorDiv: (a, b) => tf.floorDiv(tf.mul(a, 7), tf.add(tf.abs(b), 0.5)),
  greater: (a, b) => tf.cast(tf.greater(a, b), 'float32'),
  greaterEqual: (a, b) => tf.cast(tf.greaterEqual(a, b), 'float32'),
  less: (a, b) => tf.cast(tf.less(a, b), 'float32'),
  lessEqual: (a, b) => tf.cast(tf.lessEqual(a, b), 'float32'),
  notEqual: (a, b) => tf.cast(tf.notEqual(tf.sign(a), tf.sign(b)), 'float32'),
  and: (a, b) => tf.cast(tf.logicalAnd(tf.greater(a, 0), tf.less(b, 0)), 'float32'),
  or: (a, b) => tf.cast(tf.logicalOr(tf.greater(a, 0), tf.less(b, 0)), 'float32'),
  where: (a, b) => tf.where(tf.greater(a, b), a, b),
  'mixed types': (a, b) => tf.mul(a, tf.cast(tf.greater(b, 0), 'int32')),
};

/** Stores a rank-4 value channels-first, as a convolution would. */
function channelsFirst(x: Tensor): Tensor {
  const channels = x.shape[3] as number;
  return tf.conv2d(x as Tensor4D, tf.reshape(tf.eye(channels), [1, 1, channels, channels]) as Tensor4D, 1, 'same');
}

describe('element-wise kernels, compiled and eager', () => {
  it.each(Object.keys(UNARY))('%s', (name) =>
    expectSame(
      new Map([['x', pattern([3, 4, 5], name.length)]]),
      (feeds) => new Map([['y', UNARY[name](feeds.get('x')!)]]),
    ),
  );

  it.each(Object.keys(BINARY))('%s, with every broadcast', async (name) => {
    const shape = [2, 3, 4, 5];
    const part = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }));
    const shapeOf = ([drop, ones]: [number, boolean[]]) => shape.map((side, i) => (ones[i] ? 1 : side)).slice(drop);
    await fc.assert(
      fc.asyncProperty(part, part, fc.boolean(), (left, right, first) =>
        expectSame(
          new Map([
            ['a', pattern(shapeOf(left), 1)],
            ['b', pattern(shapeOf(right), 2)],
          ]),
          (feeds) => {
            const [a, b] = [feeds.get('a')!, feeds.get('b')!];
            const stored = first && a.rank === 4 ? channelsFirst(a) : a;
            return new Map([['y', BINARY[name](stored, b)]]);
          },
        ),
      ),
      { numRuns: 6, seed: 8 },
    );
  });

  it('constants alone, and beside values', () =>
    expectSame(new Map([['x', pattern([2, 3])]]), (feeds) => {
      const x = feeds.get('x')!;
      return new Map<string, Tensor>([
        ['ones', tf.mul(tf.ones([4, 2, 3]), x)],
        ['folded', tf.add(tf.mul(tf.fill([2, 3], 2), tf.scalar(3)), tf.zerosLike(x))],
        ['alone', tf.sigmoid(tf.fill([2, 2], 0.5))],
        ['sum', tf.sum(tf.mul(tf.fill([2, 3], 2), tf.onesLike(x)))],
        ['many', tf.addN([x, x, tf.ones([2, 3])])],
        ['reshaped', tf.reshape(tf.mul(tf.ones([2, 3]), tf.reshape(tf.sum(x, 0), [1, 3])), [6])],
        ['range', tf.add(x, tf.reshape(tf.range(7, 1), [2, 3]))],
        ['whole range', tf.cast(tf.range(0, 7, 2, 'int32'), 'float32')],
        ['spaced', tf.linspace(-1, 2, 5)],
        ['greater', tf.cast(tf.greater(tf.fill([3], 2), tf.scalar(1)), 'float32')],
      ]);
    }));
});
