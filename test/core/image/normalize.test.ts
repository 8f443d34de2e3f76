import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetMeasure } from '../../../core/image/dataset-normalization.js';
import { allocate, type DType, image } from '../../../core/image/image.js';
import {
  denormalize,
  measureNormalization,
  type NormalizationOptions,
  normalize,
} from '../../../core/image/normalize.js';
import { formula, golden } from '../../fixtures/data/load.js';

const two = image(Uint16Array.of(0, 10, 100, 20, 200, 30, 1000, 40), [2, 2, 2]);

describe('types', () => {
  test('div takes 255 or 65535 by channel', () => {
    expect(measureNormalization(two, { type: 'div' }).channels).toEqual([
      { min: 0, max: 65535 },
      { min: 0, max: 255 },
    ]);
    expect(normalize(two, measureNormalization(two, { type: 'div' })).data[7]).toBeCloseTo(40 / 255, 6);
  });

  test('scale_range spans each channel', () => {
    const found = measureNormalization(two, { type: 'scale_range' });
    expect(found.channels).toEqual([
      { min: 0, max: 1000 },
      { min: 10, max: 40 },
    ]);
    const { data } = normalize(two, found);
    expect([data[2], data[5]]).toEqual([Math.fround(0.1), Math.fround(2 / 3)]);
  });

  test('div leaves a channel that spans [0, 1] alone', () => {
    const unit = image(Float32Array.of(0, 0.25, 1), [1, 3, 1]);
    expect(normalize(unit, measureNormalization(unit, { type: 'div' })).data).toEqual(unit.data);
  });

  test('zero mean takes the deviation of the population', () => {
    const { channels } = measureNormalization(two, { type: 'zero_mean_unit_variance' });
    expect(channels[1].mean).toBe(25);
    expect(channels[1].deviation).toBeCloseTo(Math.sqrt(125), 12);
  });

  test('fixed numbers win, one or one per channel', () => {
    const options = { type: 'zero_mean_unit_variance', mean: [1, 2], deviation: 4 } as const;
    expect(measureNormalization(two, options).channels).toEqual([
      { mean: 1, deviation: 4 },
      { mean: 2, deviation: 4 },
    ]);
  });

  test('a flat channel becomes 0, not NaN', () => {
    const flat = image(Float32Array.of(3, 3), [1, 2, 1]);
    for (const type of ['scale_range', 'zero_mean_unit_variance'] as const)
      expect(Array.from(normalize(flat, measureNormalization(flat, { type })).data)).toEqual([0, 0]);
  });
});

describe('clipping', () => {
  const line = image(
    Float32Array.from({ length: 101 }, (_, i) => i),
    [1, 101, 1],
  );
  test('percentiles, then statistics of the clipped values', () => {
    const options: NormalizationOptions = { type: 'scale_range', clip: { lowerPercentile: 2.5, upperPercentile: 90 } };
    expect(measureNormalization(line, options).channels).toEqual([{ lower: 2.5, upper: 90, min: 2.5, max: 90 }]);
    const { data } = normalize(line, measureNormalization(line, options));
    expect([data[0], data[2], data[90], data[100]]).toEqual([0, 0, 1, 1]);
  });
  test('values win over percentiles', () => {
    const clip = { lowerPercentile: 1, lowerValue: 10, upperValue: [20] };
    expect(measureNormalization(line, { type: 'div', clip }).channels[0]).toMatchObject({ lower: 10, upper: 20 });
  });
});

test.each([Number.NaN, Infinity])('%d has no statistics, and the file is named', (value) => {
  const sick = image(Float32Array.of(1, value, 2), [1, 3, 1]);
  expect(() => measureNormalization(sick, { type: 'div' }, 'bad.tif')).toThrow(/^bad\.tif: channel 0/);
});

test('the exact formula gives back what was normalised', () => {
  const types = fc.constantFrom('div' as const, 'scale_range' as const, 'zero_mean_unit_variance' as const);
  const dtypes = fc.constantFrom<DType>('uint8', 'uint16', 'int16');
  fc.assert(
    fc.property(types, dtypes, fc.array(fc.nat(255), { minLength: 6, maxLength: 6 }), (type, dtype, values) => {
      const data = allocate(dtype, 6);
      data.set(dtype === 'int16' && type !== 'div' ? values.map((v) => v - 100) : values);
      const picture = image(data, [1, 3, 2]);
      const found = measureNormalization(picture, { type });
      const back = denormalize(normalize(picture, found), found);
      expect(back.dtype).toBe(dtype);
      expect(Array.from(back.data)).toEqual(Array.from(data));
    }),
  );
});

describe('undoing predictions', () => {
  const prediction = image(Float32Array.of(-0.5, 0, 0.505, 1, 2), [1, 5, 1]);
  const ranged = { type: 'scale_range', dtype: 'uint8', channels: [{ min: 50, max: 150 }] } as const;
  const centred = { type: 'zero_mean_unit_variance', dtype: 'int16', channels: [{ mean: 5, deviation: 10 }] } as const;

  test('exact', () => {
    expect(Array.from(denormalize(prediction, { ...ranged, channels: [...ranged.channels] }).data)).toEqual([
      50, 50, 100, 150, 150,
    ]);
  });
  test('as the reference: the range overshoots and decimals are cut', () => {
    const back = denormalize(prediction, { ...ranged, channels: [...ranged.channels] }, { formula: 'reference' });
    expect(Array.from(back.data)).toEqual([50, 50, 125, 200, 200]);
  });
  test('as the reference: integers below 0 lift the image', () => {
    const normalization = { ...centred, channels: [...centred.channels] };
    const low = image(Float32Array.of(-1, 0, 1.24), [1, 3, 1]);
    expect(Array.from(denormalize(low, normalization).data)).toEqual([-5, 5, 17]);
    expect(Array.from(denormalize(low, normalization, { formula: 'reference' }).data)).toEqual([0, 10, 22]);
  });
  test('further channels use the statistics in turn, another type can be asked for', () => {
    const three = image(Float32Array.of(0, 0, 0), [1, 1, 3]);
    const found = {
      type: 'div' as const,
      dtype: 'uint8' as const,
      channels: [
        { min: 1, max: 2 },
        { min: 3, max: 4 },
      ],
    };
    expect(denormalize(three, found, { dtype: 'float32' }).data).toEqual(Float32Array.of(1, 3, 1));
  });
});

test('the upper limit holds for all values where a lower one that was written is above it, as with numpy', () => {
  const picture = image(Int16Array.of(-50, -20, -8, 40), [1, 4, 1]);
  const clip = { lowerValue: 60, upperPercentile: 100 };
  const measured = measureNormalization(picture, { type: 'zero_mean_unit_variance', clip });
  expect(measured.channels).toEqual([{ lower: 40, upper: 40, mean: 40, deviation: 0 }]);
});

test.each(golden.normalised)('$name, as in numpy', ({ shape, dtype, type, clip, fixed, values }) => {
  const picture = formula(shape, dtype);
  const limits =
    clip === null
      ? undefined
      : clip[0] === 'percent'
        ? { lowerPercentile: clip[1], upperPercentile: clip[2] as number }
        : { lowerValue: clip[0], upperValue: clip[1] };
  const options = { type, ...(limits && { clip: limits }), ...(fixed && { mean: fixed[0], deviation: fixed[1] }) };
  const measured = measureNormalization(picture, options);
  const { data } = normalize(picture, measured);
  expect(Math.max(...values.map((value, i) => Math.abs(value - data[i]) / Math.max(1, Math.abs(value))))).toBeLessThan(
    2e-6,
  );
  const dataset = new DatasetMeasure(options);
  do dataset.add(picture, 'ramp.tif');
  while (dataset.again());
  for (const [channel, found] of dataset.result().channels.entries())
    for (const [name, value] of Object.entries(measured.channels[channel]))
      expect(Math.abs(found[name as keyof typeof found]! - value)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(value)));
});
