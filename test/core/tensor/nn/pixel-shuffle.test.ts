import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PixelShuffle, PixelUnshuffle, pixelShuffle, pixelUnshuffle, tf } from '../../../../core/tensor/index.js';
import { pattern, runEager } from '../run.js';
import { expectLayerSame } from './both-ways.js';

const triple = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: 3, maxLength: 3 });
const setting = fc.tuple(fc.integer({ min: 2, max: 3 }), triple(3), triple(3), fc.integer({ min: 1, max: 3 }));

describe('pixel shuffle', () => {
  it('is undone by the unshuffle', () => {
    fc.assert(
      fc.property(setting, ([ndim, f, sides, channels]) => {
        const factors = f.slice(0, ndim);
        const shape = [2, ...sides.slice(0, ndim), channels * factors.reduce((a, b) => a * b, 1)];
        const x = pattern(shape);
        const back = runEager(new Map([['x', x]]), (feeds) => {
          const shuffled = pixelShuffle(feeds.get('x')!, factors);
          return new Map([['y', pixelUnshuffle(shuffled, factors)]]);
        }).get('y')!;
        expect(back).toEqual(x);
      }),
      { numRuns: 30, seed: 43 },
    );
  });

  it('and unshuffle are the same compiled and eager', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ([ndim, f, sides, channels]) => {
        const factors = f.slice(0, ndim);
        const space = sides.slice(0, ndim);
        const size = factors.reduce((a, b) => a * b, 1);
        await expectLayerSame(new PixelShuffle(factors), [2, ...space, channels * size]);
        await expectLayerSame(new PixelUnshuffle(factors), [2, ...space.map((side, i) => side * factors[i]), channels]);
      }),
      { numRuns: 8, seed: 44 },
    );
  });

  it('refuses channels or sides that do not fit', () => {
    expect(() => pixelShuffle(tf.ones([1, 2, 2, 6]), [2, 2])).toThrow(/6 channels.*2×2/);
    expect(() => pixelUnshuffle(tf.ones([1, 3, 4, 1]), [2, 2])).toThrow(/3×4.*2×2/);
  });
});
