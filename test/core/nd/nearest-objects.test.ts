import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { nearestTwo, voronoiOnMask } from '../../../core/nd/nearest-objects.js';
import { cases, golden } from '../../fixtures/regions/load.js';

test.each(cases.voronoi)(
  'the mask around $source is shared out as by the distances of scipy',
  ({ source, expected }) => {
    const found = voronoiOnMask(golden(source), golden(`${source}-wide`)).data;
    const [wanted, sure] = [golden(expected).data, golden(`${source}-sure`).data];
    expect(found.map((label, i) => (sure[i] === 1 ? label : 0))).toEqual(
      wanted.map((label, i) => (sure[i] === 1 ? label : 0)),
    );
  },
);

test('the two nearest objects are those that a look at all pixels finds', () => {
  const pixels = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 5), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(pixels, (values) => {
      const spacing = [2, 1, 0.5];
      const places = values.map((_, i) => [Math.floor(i / 20) * 2, Math.floor(i / 5) % 4, (i % 5) * 0.5]);
      const { firstDistance, second, secondDistance, first } = nearestTwo(
        image(Uint8Array.from(values), [3, 4, 5, 1]),
        spacing,
      );
      for (const [i, place] of places.entries()) {
        const distances = [1, 2, 5].map((label) =>
          Math.min(
            Infinity,
            ...places.flatMap((other, j) =>
              values[j] === label ? [Math.hypot(...other.map((step, axis) => step - place[axis]))] : [],
            ),
          ),
        );
        const [near, next] = [...distances].sort((a, b) => a - b);
        expect(firstDistance[i]).toBeCloseTo(near, 5);
        expect(secondDistance[i]).toBeCloseTo(next, 5);
        if (near < Infinity) expect(distances[[1, 2, 5].indexOf(first[i])]).toBeCloseTo(near, 5);
        if (next < Infinity) expect(distances[[1, 2, 5].indexOf(second[i])]).toBeCloseTo(next, 5);
      }
    }),
    { numRuns: 60 },
  );
});
