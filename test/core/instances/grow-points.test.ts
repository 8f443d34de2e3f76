import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { growPoints } from '../../../core/instances/grow-points.js';
import { cases, golden } from '../../fixtures/objects/load.js';

test.each(cases.grow)('$source, seeds of $seed pixels', ({ source, points, seed, expected }) => {
  const ids = points.map((_, i) => i + 1);
  const { data } = growPoints(golden(source), points, ids, { seed }).labels;
  const wanted = golden(expected).data;
  expect(new Set(data)).toEqual(new Set(wanted));
  // Rounding of the equalised image may differ by a grey level, and with it a pixel of an edge.
  expect([...data].filter((label, at) => label !== wanted[at]).length).toBeLessThan(0.01 * wanted.length);
});

test('the seed of a ring reaches up to its rim, where its point may be one', () => {
  const side = 90;
  const raw = Float32Array.from({ length: side * side }, (_, at) => {
    const away = Math.hypot(Math.floor(at / side) - 45, (at % side) - 45);
    // A nucleus with a sharp rim, around it a cell that fades outwards: the background would come in up to the nucleus.
    const cell = away < 16 ? 90 : 150 - 2.5 * (away - 16);
    return Math.max(away < 6 ? 20 : away < 8 ? 150 : cell, 20) + ((at * 7919) % 3);
  });
  const picture = image(raw, [side, side, 1]);
  const size = (among: boolean) => {
    const rings = { patch: [80, 80], diameter: 10, among: () => among };
    const { data } = growPoints(picture, [[45, 45]], [1], { rings }).labels;
    return [...data].filter((label) => label === 1).length;
  };
  expect(size(true)).toBeGreaterThan(size(false));
  expect(size(true)).toBeGreaterThan(900);
});

test('labels are the numbers of the points; without points there are none', () => {
  const raw = image(
    Float32Array.from({ length: 400 }, (_, at) => (at % 20 < 10 ? 10 : 200)),
    [20, 20, 1],
  );
  expect(new Set(growPoints(raw, [[10, 15]], [7]).labels.data).has(7)).toBe(true);
  expect(new Set(growPoints(raw, [], []).labels.data)).toEqual(new Set([0]));
});

test('what objects grow from is a seed for each point, and the background', () => {
  const raw = image(new Float32Array(30 * 30), [30, 30, 1]);
  const { seeds, edges } = growPoints(raw, [[10, 15]], [7], { seed: [3, 3] });
  const counts = new Map<number, number>();
  for (const label of seeds.data) counts.set(label, (counts.get(label) ?? 0) + 1);
  expect(counts.get(7)).toBe(9);
  expect(counts.get(8)).toBe(16);
  expect(edges).toMatchObject({ shape: [30, 30, 1], dtype: 'uint8' });
});
