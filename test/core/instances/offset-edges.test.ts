import { expect, test } from 'vitest';
import { offsetEdges } from '../../../core/instances/offset-edges.js';
import { cases, golden } from '../../fixtures/objects/load.js';

test.each(cases.edges)('$source, derived along their own axes by 21 pixels', ({ source, expected }) => {
  const { data, shape } = golden(source, 'last');
  const sides = shape.slice(0, -1);
  const offsets = sides.map((_, axis) => (data as Float32Array).filter((_, i) => i % sides.length === axis));
  const found = offsetEdges(
    offsets,
    sides.map((_, axis) => axis),
    sides,
  );
  const wanted = golden(expected).data;
  const most = found.reduce((worst, value, at) => Math.max(worst, Math.abs(value - wanted[at])), 0);
  expect(most).toBeLessThan(1e-4);
});

test('flat maps have no slope: everything is an edge', () => {
  expect([...offsetEdges([new Float32Array(6).fill(3)], [1], [2, 3])]).toEqual([1, 1, 1, 1, 1, 1]);
});
