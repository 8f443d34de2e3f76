import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExactMoments } from '../../../core/nd/exact-moments.js';
import { momentsOf } from '../../../core/nd/moments.js';

const float = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -300, max: 300 }));
const values = fc.array(float, { minLength: 1, maxLength: 60 });

function of(...parts: number[][]): { mean: number; deviation: number } {
  const exact = new ExactMoments();
  for (const part of parts) exact.add(Float32Array.from(part));
  return exact.moments();
}

test('parts and their order do not change a bit', () => {
  fc.assert(
    fc.property(values, fc.infiniteStream(fc.nat(59)), (all, cuts) => {
      const shuffled = [...all];
      for (let i = all.length - 1; i > 0; i--) {
        const j = cuts.next().value % (i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
      }
      const cut = cuts.next().value % (all.length + 1);
      expect(of(shuffled.slice(0, cut), shuffled.slice(cut))).toEqual(of(all));
    }),
  );
});

test('are those of all values', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 99 }), (all) => {
      const [found, expected] = [of(all), momentsOf(Float32Array.from(all))];
      expect(Math.abs(found.mean - expected.mean)).toBeLessThan(1e-9);
      expect(Math.abs(found.deviation - expected.deviation)).toBeLessThan(1e-6);
    }),
  );
});

test('values are limited, picked, and repeated', () => {
  const exact = new ExactMoments();
  exact.add(Float32Array.of(9, -5, 9, 0.25, 9, 7), { first: 1, step: 2, lower: -1, upper: 2 });
  expect(exact.count).toBe(3);
  const repeated = new ExactMoments();
  repeated.addMany(-1, 2);
  repeated.addMany(0.25, 1e6);
  repeated.addMany(2, 1);
  expect(exact.moments()).toEqual(of([-1, 0.25, 2]));
  expect(repeated.count).toBe(1e6 + 3);
  expect(repeated.moments()).toEqual(of([-1, -1, 2], new Array(1e6).fill(0.25)));
});

test('small deviations of large numbers, and numbers near to nothing, are exact', () => {
  const large = of([16777214, 16777215, 16777216]);
  expect(large.mean).toBe(16777215);
  expect(large.deviation).toBeCloseTo(Math.sqrt(2 / 3), 12);
  expect(of([2 ** -149, 0])).toEqual({ mean: 2 ** -150, deviation: 2 ** -150 });
  expect(of([3e38, -3e38]).mean).toBe(0);
  expect(new ExactMoments().moments().mean).toBeNaN();
});
