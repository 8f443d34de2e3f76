import fc from 'fast-check';
import { expect, test } from 'vitest';
import { momentsOf, rangeOf } from '../../../core/nd/moments.js';

test('mean and deviation of a channel, of counted integers and of floats alike', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 4, maxLength: 40 }),
      fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })),
      fc.boolean(),
      (bytes, limits, limited) => {
        const [lower, upper] = [...limits].sort((a, b) => a - b);
        const options = { first: 1, step: 2, ...(limited && { lower, upper }) };
        const channel = [...bytes].filter((_, i) => i % 2 === 1);
        const kept = limited ? channel.map((value) => Math.min(Math.max(value, lower), upper)) : channel;
        const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
        const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kept.length;
        for (const type of [Uint8Array, Uint16Array, Int32Array, Float32Array, Float64Array]) {
          const found = momentsOf(type.from(bytes), options);
          expect(found.mean).toBeCloseTo(mean, 9);
          expect(found.deviation).toBeCloseTo(Math.sqrt(variance), 9);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('all bytes of an image: exact where it is flat, and the same as of other numbers', () => {
  const bytes = Uint8Array.from({ length: 300_001 }, (_, i) => (i * 2_654_435_761) >>> 24);
  const [found, wanted] = [momentsOf(bytes), momentsOf(Float64Array.from(bytes))];
  expect(found.mean).toBeCloseTo(wanted.mean, 10);
  expect(found.deviation).toBeCloseTo(wanted.deviation, 10);
  expect(momentsOf(bytes, { first: 1 }).mean).toBeCloseTo(momentsOf(Float64Array.from(bytes), { first: 1 }).mean, 10);
  expect(momentsOf(new Uint8Array(300_001).fill(251))).toEqual({ mean: 251, deviation: 0 });
});

test('the range of a channel, and whether all of it is finite', () => {
  const values = Float32Array.of(1, Number.NaN, 5, 2, -3, 4);
  expect(rangeOf(values, 0, 2)).toEqual({ min: -3, max: 5, finite: true });
  expect(rangeOf(values, 1, 2)).toMatchObject({ finite: false });
  expect(rangeOf(Float64Array.of(1, -Infinity))).toEqual({ min: -Infinity, max: 1, finite: false });
});
