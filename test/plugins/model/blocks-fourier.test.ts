import { describe, expect, it } from 'vitest';
import { tf } from '../../../core/tensor/index.js';
import { swappedSpectrum } from '../../../plugins/model/blocks-fourier.js';
import { expectSame, pattern } from '../../core/tensor/run.js';

/** |Σ value · exp(−2πi(u·y/h + v·x/w))| by its definition, quadrants swapped. */
function slowSpectrum(data: ArrayLike<number>, [height, width]: readonly number[]): number[] {
  const result: number[] = [];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const u = (row + Math.floor(height / 2)) % height;
      const v = (column + Math.floor(width / 2)) % width;
      let [real, imaginary] = [0, 0];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const angle = 2 * Math.PI * ((u * y) / height + (v * x) / width);
          real += data[y * width + x] * Math.cos(angle);
          imaginary -= data[y * width + x] * Math.sin(angle);
        }
      result.push(Math.hypot(real, imaginary));
    }
  return result;
}

describe('the spectrum of an image', () => {
  it.each([
    [4, 6],
    [5, 3],
    [1, 7],
    [8, 5],
  ])('is that of the definition, %i×%i', (height, width) => {
    void tf.setBackend('cpu');
    const { data } = pattern([height, width]);
    const got = swappedSpectrum(tf.tensor(data, [1, height, width, 1])).dataSync();
    slowSpectrum(data, [height, width]).forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 4);
    });
  });

  it('keeps samples and channels apart, and has a gradient, compiled and eager', async () => {
    await expectSame(new Map([['x', pattern([2, 5, 4, 3])]]), (feeds) => {
      const { value, grads } = tf.valueAndGrads((x) => tf.sum(tf.square(tf.log(tf.add(swappedSpectrum(x), 1)))))([
        feeds.get('x')!,
      ]);
      return new Map([
        ['spectrum', swappedSpectrum(feeds.get('x')!)],
        ['sum', value],
        ['gradient', grads[0]],
      ]);
    });
  });

  it('has the slope 0 where there is nothing', () => {
    void tf.setBackend('cpu');
    const slope = tf.grad((x) => tf.sum(swappedSpectrum(x)))(tf.zeros([1, 3, 4, 1]));
    expect([...slope.dataSync()].every((value) => value === 0)).toBe(true);
  });
});
