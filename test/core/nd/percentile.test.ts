import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentiles } from '../../../core/nd/percentile.js';
import { golden } from '../../fixtures/image/load.js';

test('agrees with numpy', () => {
  const found = percentiles(Float64Array.from(golden.base.values), golden.percentiles.q);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(golden.percentiles.values[i], 14);
  });
});

test.each([Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array])(
  'counting %o gives the ranks that sorting gives, of many values and of equal ones',
  (Numbers) => {
    const spread = Numbers.BYTES_PER_ELEMENT > 2 ? [1e-3, 1, 1e9] : [1, 100];
    const signed = !Numbers.name.startsWith('U');
    for (const most of spread) {
      let state = 1;
      const values = new Numbers(30000);
      for (let i = 0; i < values.length; i++) {
        state = (state * 48271) % 2147483647;
        values[i] = (state / 2147483647 - (signed ? 0.5 : 0)) * most * 2;
      }
      values.fill(values[7], 100, 9000);
      const channel = Float64Array.from({ length: 10000 }, (_, i) => values[1 + 3 * i]).sort();
      const places = [0, 1, 2500, 4999, 7001, 9998, 9999];
      const found = percentiles(
        values,
        places.map((place) => (place / 9999) * 100),
        1,
        3,
      );
      for (const [i, place] of places.entries()) expect(found[i]).toBeCloseTo(channel[place], most > 1e6 ? 2 : 10);
    }
  },
);

test.each(['spread', 'lumped', 'rising', 'striped'])('many values, %s, have the ranks that sorting gives', (kind) => {
  let state = 7;
  const values = Float32Array.from({ length: 80_000 }, (_, i) => {
    state = (state * 48271) % 2147483647;
    const random = state / 2147483647 - 0.5;
    // Stripes as wide as the places of a sample are apart mislead it.
    if (kind === 'striped') return i % Math.floor(80_000 / 4096) < 2 ? random : 100 + random;
    return kind === 'rising' ? i : kind === 'lumped' && state % 3 > 0 ? 0 : random;
  });
  const sorted = values.slice().sort();
  for (const place of [0, 79, 80, 20_000, 40_000, 79_920, 79_998, 79_999]) {
    const [found] = percentiles(values, [(place / 79_999) * 100]);
    expect(found).toBeCloseTo(sorted[place], 3);
  }
});

test('histograms of small integers and sorting of the same numbers agree, for any channel', () => {
  const values = fc.array(fc.nat(255), { minLength: 3, maxLength: 90 });
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(2),
      fc.double({ min: 0, max: 100, noNaN: true }),
      (list, step, pick, q) => {
        const first = pick % step;
        const counted = percentiles(Uint8Array.from(list), [q], first, step);
        expect(percentiles(Float64Array.from(list), [q], first, step)).toEqual(counted);
      },
    ),
  );
});

test('the input stays as it was, and impossible questions are refused', () => {
  const values = Float32Array.of(3, 1, 2);
  percentiles(values, [50]);
  expect(Array.from(values)).toEqual([3, 1, 2]);
  expect(() => percentiles(values, [101])).toThrow(/101/);
  expect(() => percentiles(new Float32Array(0), [50])).toThrow(/no values/);
});
