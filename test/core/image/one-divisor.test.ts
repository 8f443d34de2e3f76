import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { measureNormalization, type NormalizationOptions } from '../../../core/image/normalize.js';
import { OneDivisor } from '../../../core/image/one-divisor.js';

const told = (images: ArrayLike<number>[], options: NormalizationOptions = { type: 'div' }, channels = 1) => {
  const watch = new OneDivisor();
  return images.flatMap((values, i) => {
    const picture = image(Uint16Array.from(values), [1, values.length / channels, channels]);
    return watch.differs(picture, measureNormalization(picture, options), `${i}.tif`) ?? [];
  });
};

test('a dark image among bright ones is told, once', () => {
  expect(
    told([
      [0, 4000],
      [0, 60000],
      [0, 200],
      [3, 100],
    ]),
  ).toEqual([expect.stringMatching(/^2\.tif: its intensities are divided by 255, those of 0\.tif by 65535/)]);
});

test('each channel is compared with itself', () => {
  expect(
    told(
      [
        [4000, 9],
        [5000, 20],
      ],
      { type: 'div' },
      2,
    ),
  ).toEqual([]);
  expect(
    told(
      [
        [4000, 9],
        [5000, 2000],
      ],
      { type: 'div' },
      2,
    ),
  ).toHaveLength(1);
});

test('black images and other types are the same by any number', () => {
  expect(
    told([
      [0, 0],
      [0, 4000],
      [0, 0],
    ]),
  ).toEqual([]);
  expect(
    told(
      [
        [0, 200],
        [0, 4000],
      ],
      { type: 'scale_range' },
    ),
  ).toEqual([]);
});
