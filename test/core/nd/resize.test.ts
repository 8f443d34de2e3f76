import { describe, expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { resize } from '../../../core/nd/resize.js';
import type { SplineBorder } from '../../../core/nd/spline.js';
import { cases, expectNear, golden as filtered } from '../../fixtures/filter/load.js';
import { golden } from '../../fixtures/image/load.js';

interface Case {
  source: 'base' | 'volume';
  shape: number[];
  order: 0 | 1;
  mode: SplineBorder;
  values: number[];
}

test.each(golden.resize as Case[])(
  '$source to $shape, order $order, $mode agrees with scikit-image',
  ({ source, shape, order, mode, values }) => {
    const picture = image(Float64Array.from(golden[source].values as number[]), [...golden[source].shape, 1]);
    const { data, shape: found } = resize(picture, shape, { order, border: mode });
    expect(found).toEqual([...shape, 1]);
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i], 7);
    });
  },
);

describe('types', () => {
  const labels = image(Uint16Array.of(1, 500, 3, 4), [2, 2, 1]);
  test('order 0 keeps labels', () => {
    expect(resize(labels, [4, 4], { order: 0 })).toMatchObject({
      dtype: 'uint16',
      data: Uint16Array.of(1, 1, 500, 500, 1, 1, 500, 500, 3, 3, 4, 4, 3, 3, 4, 4),
    });
  });
  test('order 1 gives float32', () => expect(resize(labels, [3, 3], { order: 1 }).dtype).toBe('float32'));
  test('channels stay together', () => {
    const pair = image(Float32Array.of(0, 10, 1, 11), [1, 2, 2]);
    expect(Array.from(resize(pair, [1, 1], { order: 1 }).data)).toEqual([0.5, 10.5]);
  });
});

test.each(cases.resize)(
  '$source to $size, order $order, $border, clip $clip, anti-aliasing $antiAliasing agrees with scikit-image',
  ({ source, size, expected, ...options }) => {
    expectNear(resize(filtered(source), size, { ...options, fill: 0.25 }), filtered(expected), 2e-6);
  },
);
