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

test.each([Uint8Array, Uint16Array, Float32Array, Float64Array])(
  'rows of %o that lie on whole words and such that do not',
  (Values) => {
    fc.assert(
      fc.property(
        fc.record({
          planes: fc.integer({ min: 1, max: 3 }),
          rows: fc.integer({ min: 1, max: 4 }),
          columns: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(8, 16, 24, 32, 64)),
          more: fc.constantFrom(0, 1, 2, 8, 16),
          at: fc.constantFrom(0, 1, 4, 8),
          ahead: fc.constantFrom(0, 1, 8),
        }),
        ({ planes, rows, columns, more, at, ahead }) => {
          const wide = columns + more;
          const source = new Values(ahead + planes * rows * wide).map((_: number, i: number) => i % 251);
          const target = new Values(at + planes * rows * columns + 3).fill(7);
          copyRegion(
            { data: target, offset: at, strides: [rows * columns, columns, 1] },
            { data: source.subarray(ahead), offset: 0, strides: [rows * wide, wide, 1] },
            [planes, rows, columns],
          );
          const end = at + planes * rows * columns;
          const expected = new Values(target.length).fill(7);
          for (let i = at; i < end; i++)
            expected[i] = source[ahead + Math.floor((i - at) / columns) * wide + ((i - at) % columns)];
          expect(target).toEqual(expected);
        },
      ),
    );
  },
);

test('bits of numbers that are none stay as they are', () => {
  const bits = new Uint32Array(64).map((_, i) => 0x7f800001 + i * 77);
  const from = new Float32Array(bits.buffer);
  const to = new Float32Array(64);
  copyRegion({ data: to, offset: 0, strides: [16, 1] }, { data: from, offset: 0, strides: [16, 1] }, [4, 8]);
  expect(new Uint32Array(to.buffer).filter((_, i) => i % 16 < 8)).toEqual(bits.filter((_, i) => i % 16 < 8));
});
