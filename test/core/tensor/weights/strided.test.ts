import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stridesOf } from '../../../../core/image/c-order.js';
import { checkedCount, gather, isContiguous } from '../../../../core/tensor/weights/strided.js';

const view = fc
  .array(fc.record({ side: fc.integer({ min: 0, max: 4 }), step: fc.integer({ min: 0, max: 9 }) }), { maxLength: 4 })
  .chain((axes) =>
    fc.record({
      offset: fc.integer({ min: 0, max: 20 }),
      shape: fc.constant(axes.map(({ side }) => side)),
      stride: fc.constant(axes.map(({ step }) => step)),
    }),
  );

describe('views into storages', () => {
  it('gather each element from offset plus index times stride', () => {
    const storage = Float32Array.from({ length: 200 }, (_, i) => i);
    fc.assert(
      fc.property(view, ({ offset, shape, stride }) => {
        const expected: number[] = [];
        const visit = (axis: number, at: number): void => {
          if (axis === shape.length) expected.push(at);
          else for (let i = 0; i < shape[axis]; i++) visit(axis + 1, at + i * stride[axis]);
        };
        visit(0, offset);
        expect(checkedCount({ offset, shape, stride }, storage.length)).toBe(expected.length);
        expect([...gather(storage, { offset, shape, stride })]).toEqual(expected);
      }),
      { seed: 1 },
    );
  });

  it('have an array of their own', () => {
    const storage = Float32Array.of(1, 2, 3);
    const got = gather(storage, { offset: 0, shape: [3], stride: [1] });
    got[0] = 9;
    expect(storage[0]).toBe(1);
  });

  it('know when they are C-ordered, whatever the strides of sides of one', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(isContiguous({ offset: 3, shape: [2, 1, 4], stride: [4, 99, 1] })).toBe(true);
    expect(isContiguous({ offset: 0, shape: [2, 3], stride: [1, 2] })).toBe(false);
  });

  it.each([
    [{ offset: 0, shape: [3], stride: [1] }, 2],
    [{ offset: 2, shape: [1], stride: [0] }, 2],
    [{ offset: 0, shape: [2, 2], stride: [1, 2] }, 3],
    [{ offset: -1, shape: [1], stride: [1] }, 4],
    [{ offset: 0, shape: [2], stride: [-1] }, 4],
    [{ offset: 0, shape: [0.5], stride: [1] }, 4],
    [{ offset: 0, shape: [2], stride: [] }, 4],
    [{ offset: 0, shape: [2 ** 30, 2 ** 30], stride: [0, 0] }, 4],
    [{ offset: 0, shape: [2 ** 52, 3], stride: [1, 1] }, 4],
    [{ offset: 0, shape: new Array(65).fill(1), stride: new Array(65).fill(0) }, 4],
  ])('that leave their storage are refused: %o of %i', (strided, available) => {
    expect(() => checkedCount(strided, available)).toThrow(/tensor/);
  });
});
