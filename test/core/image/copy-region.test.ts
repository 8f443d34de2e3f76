import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyRegion } from '../../../core/image/copy-region.js';
import { sizeOf } from '../../../core/image/image.js';

const sides = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

function stridesIn(order: readonly number[], shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (const axis of [...order].reverse()) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

test('copies every element to its place, in any order of axes on both sides', () => {
  fc.assert(
    fc.property(
      sides.chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          from: fc.shuffledSubarray(
            shape.map((_, axis) => axis),
            { minLength: shape.length },
          ),
          to: fc.shuffledSubarray(
            shape.map((_, axis) => axis),
            { minLength: shape.length },
          ),
          start: fc.tuple(...shape.map((side) => fc.integer({ min: 0, max: side - 1 }))),
        }),
      ),
      ({ shape, from, to, start }) => {
        const counts = shape.map((side, axis) => side - start[axis]);
        const source = Uint16Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);
        const target = new Uint16Array(sizeOf(counts));
        const [fromStrides, toStrides] = [stridesIn(from, shape), stridesIn(to, counts)];
        const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
        copyRegion(
          { data: target, offset: 0, strides: toStrides },
          { data: source, offset: dot(start, fromStrides), strides: fromStrides },
          counts,
        );
        for (let i = 0; i < target.length; i++) {
          let rest = i;
          const index = counts.map(() => 0);
          for (let axis = counts.length - 1; axis >= 0; axis--) {
            index[axis] = rest % counts[axis];
            rest = Math.floor(rest / counts[axis]);
          }
          const at = index.map((value, axis) => value + start[axis]);
          if (target[dot(index, toStrides)] !== source[dot(at, fromStrides)]) return false;
        }
        return true;
      },
    ),
  );
});

test('a stride of 0 repeats an element, and nothing is copied for an empty region', () => {
  const data = new Float32Array(12);
  copyRegion({ data, offset: 1, strides: [4, 1] }, { data: Float32Array.of(7), offset: 0, strides: [0, 0] }, [2, 2]);
  expect([...data]).toEqual([0, 7, 7, 0, 0, 7, 7, 0, 0, 0, 0, 0]);
  copyRegion({ data, offset: 0, strides: [4, 1] }, { data: Float32Array.of(9), offset: 0, strides: [0, 0] }, [2, 0]);
  expect(data[0]).toBe(0);
});
