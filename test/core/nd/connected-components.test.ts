import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { connectedComponents } from '../../../core/nd/connected-components.js';
import { cases, golden } from '../../fixtures/segmentation/load.js';

test.each(cases.components)(
  '$source, connectivity $connectivity: numbers of scikit-image',
  ({ source, connectivity, expected }) => {
    const { labels, count } = connectedComponents(golden(source), connectivity);
    const wanted = golden(expected);
    expect(labels.shape).toEqual(wanted.shape);
    expect(labels.data).toEqual(wanted.data);
    expect(count).toBe(Math.max(...wanted.data));
  },
);

test('neighbours of a component are of it, in every volume', () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 })),
      fc.infiniteStream(fc.boolean()),
      (sides, draws) => {
        const [, height, width] = sides;
        const data = new Uint8Array(sides[0] * height * width).map(() => Number(draws.next().value));
        const { labels } = connectedComponents(image(data, [...sides, 1]), 1);
        for (let at = 0; at < data.length; at++) {
          expect(labels.data[at] > 0).toBe(data[at] === 1);
          const x = at % width;
          const y = Math.floor(at / width) % height;
          if (data[at] === 1 && x > 0 && data[at - 1] === 1) expect(labels.data[at]).toBe(labels.data[at - 1]);
          if (data[at] === 1 && y > 0 && data[at - width] === 1) expect(labels.data[at]).toBe(labels.data[at - width]);
        }
      },
    ),
  );
});

test('the first channel counts, an empty mask has none, and other connectivities are refused', () => {
  const pair = image(Uint8Array.of(1, 0, 0, 7, 9, 0), [1, 3, 2]);
  expect([...connectedComponents(pair).labels.data]).toEqual([1, 0, 2]);
  expect(connectedComponents(image(new Uint8Array(4), [2, 2, 1])).count).toBe(0);
  expect(() => connectedComponents(pair, 3)).toThrow('a connectivity of 3 is not from 1 to 2');
});
