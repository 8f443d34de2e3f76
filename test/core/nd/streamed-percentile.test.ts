import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentiles } from '../../../core/nd/percentile.js';
import { StreamedPercentiles } from '../../../core/nd/streamed-percentile.js';

const WANTED = [0, 0.1, 25, 50, 99.9, 100];
const values = fc.array(fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 })), {
  minLength: 1,
  maxLength: 80,
});

test('are those of all values, whatever the parts and their order', () => {
  fc.assert(
    fc.property(values, fc.nat(79), (all, cut) => {
      const streamed = new StreamedPercentiles(WANTED);
      const parts = [all.slice(cut), all.slice(0, cut)].map((part) => Float32Array.from(part));
      for (const part of parts) streamed.add(part);
      streamed.again();
      for (const part of parts.reverse()) streamed.add(part);
      const expected = percentiles(Float32Array.from(all), WANTED);
      streamed.result().forEach((found, i) => {
        expect(found, `percentile ${WANTED[i]}`).toBeCloseTo(expected[i], 12);
        expect(Math.abs(found - expected[i])).toBe(0);
      });
    }),
  );
});

test('values are picked, and repeated', () => {
  const streamed = new StreamedPercentiles([50, 75]);
  const count = () => {
    streamed.add(Float32Array.of(0, -1, 0, 4), { first: 1, step: 2 });
    streamed.addMany(2, 3);
  };
  count();
  streamed.again();
  count();
  expect(streamed.result()).toEqual([2, 2]);
});

test('there are none of no values', () => {
  expect(() => new StreamedPercentiles([1]).again()).toThrow(RangeError);
});
