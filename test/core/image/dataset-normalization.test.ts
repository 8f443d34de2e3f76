import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetMeasure } from '../../../core/image/dataset-normalization.js';
import { type Image, image, type PixelArray } from '../../../core/image/image.js';
import { measureNormalization, type NormalizationOptions } from '../../../core/image/normalize.js';

const CLIP = { lowerPercentile: 2, upperPercentile: 95 };
const OPTIONS: NormalizationOptions[] = [
  { type: 'div' },
  { type: 'scale_range' },
  { type: 'scale_range', clip: CLIP },
  { type: 'zero_mean_unit_variance' },
  { type: 'zero_mean_unit_variance', clip: CLIP },
  { type: 'zero_mean_unit_variance', clip: { lowerValue: [10, -1], upperPercentile: 90 } },
  { type: 'zero_mean_unit_variance', clip: { lowerValue: 3, upperValue: 30 } },
  { type: 'zero_mean_unit_variance', mean: 4 },
  { type: 'zero_mean_unit_variance', mean: [4, 5], deviation: 2 },
];

function measure(parts: readonly Image[], options: NormalizationOptions) {
  const dataset = new DatasetMeasure(options);
  let passes = 0;
  do {
    passes++;
    for (const part of parts) dataset.add(part, 'a.tif');
  } while (dataset.again());
  return { passes, normalization: dataset.result() };
}

const strip = (values: PixelArray): Image => image(values, [1, values.length / 2, 2]);
const MAKERS = {
  uint8: (values: number[]) => Uint8Array.from(values, (value) => Math.abs(value) % 256),
  int16: (values: number[]) => Int16Array.from(values),
  uint16: (values: number[]) => Uint16Array.from(values, Math.abs),
  float32: (values: number[]) => Float32Array.from(values, (value) => value / 7),
  int32: (values: number[]) => Int32Array.from(values),
};
const pairs = fc.array(fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.integer({ min: -9, max: 99 })), {
  minLength: 2,
  maxLength: 40,
});

describe.each(Object.keys(MAKERS) as (keyof typeof MAKERS)[])('images of %s', (dtype) => {
  test('are measured as one image of all pixels, in parts of any size and order', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(...OPTIONS), fc.nat(39), (drawn, options, at) => {
        const make = (some: typeof drawn) => strip(MAKERS[dtype](some.flat()));
        const cut = 1 + (at % (drawn.length - 1));
        const parts = [make(drawn.slice(0, cut)), make(drawn.slice(cut))];
        const { normalization } = measure(parts, options);
        expect(measure([...parts].reverse(), options).normalization).toEqual(normalization);
        const whole = measureNormalization(make(drawn), options);
        expect(normalization).toMatchObject({ type: whole.type, dtype: whole.dtype });
        // Limits are numbers of float32 here, and any number where an image is measured as a whole.
        const rounding = 1e-7 * Math.max(...drawn.flat().map(Math.abs));
        for (const [i, channel] of whole.channels.entries())
          for (const [name, value] of Object.entries(channel)) {
            const found = normalization.channels[i][name as keyof typeof channel]!;
            expect(Math.abs(found - value), `${name} ${value}`).toBeLessThan(
              1e-5 * Math.max(Math.abs(value), 1) + rounding,
            );
          }
      }),
      { numRuns: 60 },
    );
  });
});

test('numbers of 8 and 16 bits need one pass, others up to three', () => {
  const [bytes, floats] = [strip(Uint8Array.of(1, 2, 3, 4)), strip(Float32Array.of(1, 2, 3, 4))];
  const passes = (part: Image) => OPTIONS.map((options) => measure([part], options).passes);
  expect(passes(bytes)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(passes(floats)).toEqual([1, 1, 2, 1, 3, 3, 1, 1, 1]);
});

test('images of several types are one data set', () => {
  const parts = [strip(Uint8Array.of(1, 2, 3, 4)), strip(Float32Array.of(5, 6, 7, 8))];
  const clipped = {
    type: 'zero_mean_unit_variance',
    clip: { lowerPercentile: 0.001, upperPercentile: 99.999 },
  } as const;
  for (const options of [{ type: 'zero_mean_unit_variance' } as const, clipped]) {
    const { channels } = measure(parts, options).normalization;
    expect(channels[0].mean).toBeCloseTo(4, 3);
    expect(channels[1].deviation).toBeCloseTo(Math.sqrt(5), 3);
  }
});

test('what cannot be measured is told with the file', () => {
  const nan = strip(Float32Array.of(1, 2, Number.NaN, 4));
  expect(() => new DatasetMeasure({ type: 'div' }).add(nan, 'b.tif')).toThrow(/b\.tif: channel 0 holds NaN/);
  const two = new DatasetMeasure({ type: 'div' });
  two.add(strip(Uint8Array.of(1, 2)), 'a.tif');
  expect(() => two.add(image(Uint8Array.of(1, 2, 3), [1, 1, 3]), 'c.tif')).toThrow(
    /c\.tif: has 3 channels, but .* have 2/,
  );
  expect(() => new DatasetMeasure({ type: 'div' }).again()).toThrow(/no image to measure/);
});
