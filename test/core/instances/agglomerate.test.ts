import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { agglomerate } from '../../../core/instances/agglomerate.js';
import { cases, golden } from '../../fixtures/objects/load.js';

const offsets = [
  ...[0, 1, 2].map((axis) => ({ axis, step: 1 })),
  { axis: 0, step: 2 },
  { axis: 1, step: 3 },
  { axis: 2, step: 3 },
];

test.each(cases.agglomerate)(
  'percentile $quantile, from $threshold on, $leastPairs pairs',
  ({ expected, ...options }) => {
    const found = agglomerate(golden('fragments'), golden('affinities', 'last'), offsets, options);
    expect(found.data).toEqual(golden(expected).data);
  },
);

test('the borders of joined fragments count together', () => {
  // 1 and 2 belong together; 3 is then beside both, by 0.8 to 2 and by 0.1 to 1.
  const fragments = image(Uint8Array.of(1, 1, 2, 3), [1, 4, 1]);
  const data = Float32Array.of(0, 0, 0, 0, 0.9, 0.95, 0.8, 0.1);
  const affinities = image(data, [1, 4, 2]);
  const both = [
    { axis: 1, step: 1 },
    { axis: 1, step: 2 },
  ];
  const run = (quantile: number) => [...agglomerate(fragments, affinities, both, { quantile, leastPairs: 1 }).data];
  expect(run(50)).toEqual([1, 1, 1, 2]);
  expect(run(100)).toEqual([1, 1, 1, 1]);
});

test('objects are unions of fragments, and pixels of the background stay', () => {
  const labels = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 24, maxLength: 24 });
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 48, maxLength: 48 });
  fc.assert(
    fc.property(labels, values, (some, numbers) => {
      const fragments = image(Uint8Array.from(some), [4, 6, 1]);
      const affinities = image(Float32Array.from(numbers), [4, 6, 2]);
      const axes = [
        { axis: 0, step: 1 },
        { axis: 1, step: 1 },
      ];
      const found = agglomerate(fragments, affinities, axes, { leastPairs: 1 }).data;
      const of = new Map<number, number>();
      for (const [at, label] of some.entries()) {
        expect(of.get(label) ?? found[at]).toBe(found[at]);
        of.set(label, found[at]);
      }
      expect(of.get(0) ?? 0).toBe(0);
      // Nothing is joined above the highest score there can be.
      expect(new Set(agglomerate(fragments, affinities, axes, { threshold: 1 }).data).size).toBe(of.size);
    }),
  );
});

test('affinities that do not fit are refused', () => {
  const fragments = image(new Uint8Array(4), [2, 2, 1]);
  expect(() => agglomerate(fragments, image(new Float32Array(4), [2, 2, 1]), offsets)).toThrow('do not fit 6 offsets');
});
