import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dropAxes,
  logicalOrder,
  reshapeGroups,
  reshapeOrder,
  sameBytes,
  sizeOf,
  widenOrder,
} from '../../../core/tensor/layout.js';

/** Logical indices of the elements in the order in which they are stored. */
function stored(shape: readonly number[], order: readonly number[]): number[] {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return order.reduce<number[]>(
    (offsets, axis) => offsets.flatMap((offset) => logicalOrder(shape[axis]).map((i) => offset + i * strides[axis])),
    [0],
  );
}

const shapeAndOrder = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray(logicalOrder(shape.length), { minLength: shape.length, maxLength: shape.length }),
    ),
  );

/** Another shape of the same size: neighbours joined, ones inserted. */
const reshaped = (shape: readonly number[]) =>
  fc
    .array(fc.constantFrom('keep', 'join', 'one'), { minLength: shape.length, maxLength: shape.length })
    .map((steps) => {
      const result: number[] = [];
      shape.forEach((side, i) => {
        if (steps[i] === 'join' && result.length > 0) result[result.length - 1] *= side;
        else if (steps[i] === 'one') result.push(1, side);
        else result.push(side);
      });
      return result;
    });

describe('layout', () => {
  it('finds the order in which a reshape moves no byte', () => {
    fc.assert(
      fc.property(
        shapeAndOrder.chain(([shape, order]) => fc.tuple(fc.constant(shape), fc.constant(order), reshaped(shape))),
        fc.boolean(),
        ([from, order, to], split) => {
          const [a, b] = split ? [to, from] : [from, to];
          const source = split ? logicalOrder(a.length).reverse() : order;
          const result = reshapeOrder(a, source, reshapeGroups(a, b));
          if (!result) return;
          expect([...result].sort((x, y) => x - y)).toEqual(logicalOrder(b.length));
          expect(stored(b, result)).toEqual(stored(a, source));
        },
      ),
      { numRuns: 500, seed: 6 },
    );
  });

  it('always finds it for values in logical order', () => {
    fc.assert(
      fc.property(
        shapeAndOrder.chain(([shape]) => fc.tuple(fc.constant(shape), reshaped(shape))),
        ([from, to]) => {
          expect(reshapeOrder(from, logicalOrder(from.length), reshapeGroups(from, to))).toBeDefined();
        },
      ),
      { seed: 7 },
    );
  });

  it('splits channels of a channels-first image without moving them', () => {
    // [n, y, x, c] to [n, y·x, groups, c/groups], stored [n, c, y, x].
    const order = reshapeOrder([2, 4, 5, 6], [0, 3, 1, 2], reshapeGroups([2, 4, 5, 6], [2, 20, 3, 2]));
    expect(order).toEqual([0, 2, 3, 1]);
  });

  it('gives up where axes are truly mixed', () => {
    expect(reshapeOrder([2, 3], [1, 0], reshapeGroups([2, 3], [6]))).toBeUndefined();
  });

  it('knows when orders differ in axes of length 1 only', () => {
    expect(sameBytes([2, 5, 5, 1], [0, 3, 1, 2], [0, 1, 2, 3])).toBe(true);
    expect(sameBytes([2, 5, 5, 3], [0, 3, 1, 2], [0, 1, 2, 3])).toBe(false);
  });

  it('renumbers axes that appear and disappear', () => {
    expect(widenOrder([1, 0], 4)).toEqual([0, 1, 3, 2]);
    expect(dropAxes([0, 3, 1, 2], [1, 2])).toEqual([0, 1]);
  });
});
