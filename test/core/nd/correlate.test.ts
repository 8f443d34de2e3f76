import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correlateAxis } from '../../../core/nd/correlate.js';
import { borderIndex, type SplineBorder } from '../../../core/nd/spline.js';

/** The definition, pixel by pixel. */
function slow(values: Float64Array, [before, length, after]: number[], weights: Float64Array, border: SplineBorder) {
  const radius = weights.length >> 1;
  return values.map((_, at) => {
    const [block, i, k] = [Math.floor(at / (length * after)), Math.floor(at / after) % length, at % after];
    let sum = 0;
    for (let t = 0; t < weights.length; t++) {
      const source = borderIndex(i + t - radius, length, border);
      sum += weights[t] * (source < 0 ? 7 : values[(block * length + source) * after + k]);
    }
    expect(before * length * after).toBe(values.length);
    return sum;
  });
}

test('is the sum that it says, for lines and rows, mirrored weights and others', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 2, 15, 16, 40)),
      fc.integer({ min: 0, max: 6 }),
      fc.constantFrom<SplineBorder>('reflect', 'symmetric', 'edge', 'wrap', 'constant'),
      fc.boolean(),
      (shape, radius, border, mirrored) => {
        const values = Float64Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, i) => Math.sin(i * 1.7));
        const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, t) =>
          mirrored ? 1 / (1 + Math.abs(t - radius)) : t - 0.7,
        );
        const found = correlateAxis(values, shape, 1, weights, border, 7);
        const wanted = slow(values, shape, weights, border);
        for (let i = 0; i < wanted.length; i++) expect(found[i]).toBeCloseTo(wanted[i], 9);
      },
    ),
    { numRuns: 60 },
  );
});
