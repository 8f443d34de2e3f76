import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Image, image } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';
import { crappify } from '../../../core/nd/crappify.js';

const stream = (sample = 0) => new RandomStream({ seed: 1, sample });
const flat = (value: number, shape: number[], type: typeof Uint8Array | typeof Uint16Array = Uint8Array): Image =>
  image(new type(shape.reduce((a, b) => a * b)).fill(value), shape);

interface Golden {
  shape: number[];
  dtype: 'uint8' | 'uint16';
  factor: number;
  picture: number[];
  /** Before it becomes whole numbers. */
  degraded: number[];
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL('../../fixtures/degrade/golden.json', import.meta.url), 'utf8'),
).crappify;

test.each(golden)(
  'shrinks and enlarges $shape by $factor as scikit-image does',
  ({ shape, dtype, factor, ...pixels }) => {
    const picture = image((dtype === 'uint8' ? Uint8Array : Uint16Array).from(pixels.picture), shape);
    const { data } = crappify(picture, { noise: 0, factor }, stream());
    // Whole numbers next to the values; one in between, after the first resizing, is none.
    const far = pixels.degraded.filter((value, i) => Math.abs(value - data[i]) > 0.5 + 1e-3);
    expect(far).toEqual([]);
  },
);

describe('degrading', () => {
  test('without noise takes the detail that a smaller image cannot hold, and nothing else', () => {
    const stripes = image(
      Uint8Array.from({ length: 64 }, (_, i) => (i % 2) * 200),
      [8, 8, 1],
    );
    const degraded = crappify(stripes, { noise: 0, factor: 4 }, stream());
    // Halved, every pixel is the mean of a black and a white one.
    expect([...degraded.data]).toEqual(new Array(64).fill(100));
    expect(crappify(flat(7, [6, 6, 2]), { noise: 0, factor: 4 }, stream()).data).toEqual(flat(7, [6, 6, 2]).data);
  });

  test('adds noise of a share of the largest value, within the range of the image', () => {
    const picture = flat(1000, [64, 64, 1], Uint16Array);
    picture.data[0] = 40000;
    const degraded = crappify(picture, { noise: 0.1, factor: 1 }, stream());
    expect(degraded.dtype).toBe('uint16');
    const values = [...degraded.data.subarray(1)];
    // Of a normal distribution around 1000 with a deviation of 4000, cut off at 0, the mean is 2147 and 40 % are 0.
    expect(values.reduce((sum, value) => sum + value) / values.length).toBeGreaterThan(2000);
    expect(values.reduce((sum, value) => sum + value) / values.length).toBeLessThan(2300);
    const dark = values.filter((value) => value === 0).length / values.length;
    expect(dark).toBeGreaterThan(0.37);
    expect(dark).toBeLessThan(0.43);
    expect(Math.max(...degraded.data)).toBeLessThanOrEqual(40000);
  });

  test('is the same for the same random numbers, and other for others', () => {
    const picture = flat(100, [4, 8, 8, 1]);
    const degrade = (sample: number) => crappify(picture, { noise: 0.2, factor: 2 }, stream(sample));
    expect(degrade(0).data).toEqual(degrade(0).data);
    expect(degrade(0).data).not.toEqual(degrade(1).data);
    expect(degrade(0).shape).toEqual([4, 8, 8, 1]);
  });
});
