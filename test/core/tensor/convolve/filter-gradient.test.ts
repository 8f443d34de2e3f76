import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quickenFilterGradient } from '../../../../core/tensor/convolve/filter-gradient.js';
import { type Scalar, type Tensor4D, tf } from '../../../../core/tensor/tf.js';
import { pattern, relativeError } from '../run.js';

type Shape = Tensor4D['shape'];

const setting = fc.record({
  samples: fc.integer({ min: 1, max: 2 }),
  sides: fc.tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  inputs: fc.integer({ min: 1, max: 3 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  pad: fc.constantFrom('same' as const, 'valid' as const),
});

describe('the quick gradient of a filter', () => {
  it('is the slope of the loss along each weight, which the convolution itself tells because it is linear', async () => {
    await tf.setBackend('cpu');
    quickenFilterGradient();
    fc.assert(
      fc.property(setting, ({ samples, sides, kernel, strides, inputs, outputs, pad }) =>
        tf.tidy(() => {
          const tensor = (shape: Shape, seed: number) => tf.tensor4d(pattern(shape, seed).data, shape);
          const x = tensor([samples, ...sides, inputs], 1);
          const shape: Shape = [...kernel, inputs, outputs];
          const value = (filter: Tensor4D) => tf.conv2d(x, filter, strides, pad);
          const slope = tensor(value(tensor(shape, 2)).shape, 3);
          const loss = (filter: Tensor4D) => tf.sum(tf.mul(value(filter), slope)) as Scalar;
          const got = tf
            .grad((filter) => loss(filter as Tensor4D))(tensor(shape, 2))
            .dataSync();
          const wanted = got.map((_, weight) => {
            const alone = Float32Array.from(got, (_value, i) => (i === weight ? 1 : 0));
            return loss(tf.tensor4d(alone, shape)).dataSync()[0];
          });
          expect(relativeError(got, wanted)).toBeLessThan(1e-5);
        }),
      ),
      { numRuns: 30, seed: 7 },
    );
  });
});
