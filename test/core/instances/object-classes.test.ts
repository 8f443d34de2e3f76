import fc from 'fast-check';
import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { classesOfObjects, withClasses } from '../../../core/instances/object-classes.js';

const row = (values: number[], channels = 1) => image(Uint8Array.from(values), [1, values.length / channels, channels]);

test('an object has the class of most of its pixels, background aside', () => {
  const labels = row([1, 1, 1, 1, 0, 7, 7, 7]);
  const classes = row([0, 0, 2, 1, 3, 2, 1, 2]);
  expect([...classesOfObjects(labels, classes)]).toEqual([
    [1, 1],
    [7, 2],
  ]);
});

test('an object without a class is of the first, and classes lie in the last channel', () => {
  const labels = row([5, 5, 6, 6]);
  const channels = image(Float32Array.of(0.9, 0, 0.8, 0, 0.7, 3, 0.2, 3), [1, 4, 2]);
  const classes = classesOfObjects(labels, channels);
  expect([...classes]).toEqual([
    [5, 1],
    [6, 3],
  ]);
  const both = withClasses(labels, classes);
  expect(both.shape).toEqual([1, 4, 2]);
  expect(both.dtype).toBe('uint8');
  expect([...both.data]).toEqual([5, 1, 5, 1, 6, 3, 6, 3]);
});

test('every object has one class, the same on all of its pixels', () => {
  const pixels = fc.array(fc.record({ label: fc.integer({ min: 0, max: 4 }), id: fc.integer({ min: 0, max: 3 }) }), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(pixels, (given) => {
      const labels = row(given.map(({ label }) => label));
      const { data } = withClasses(labels, classesOfObjects(labels, row(given.map(({ id }) => id))));
      const found = new Map<number, Set<number>>();
      for (let at = 0; at < data.length; at += 2) {
        expect(data[at]).toBe(labels.data[at / 2]);
        found.set(data[at], (found.get(data[at]) ?? new Set()).add(data[at + 1]));
      }
      for (const [label, classes] of found) {
        expect(classes.size).toBe(1);
        expect([...classes][0] > 0).toBe(label > 0);
      }
    }),
  );
});
