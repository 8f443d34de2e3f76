import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { image, spatialShape } from '../../../core/image/image.js';
import {
  clipBox,
  completeShape,
  cropTo,
  cutGeometry,
  dropStart,
  padToDivisible,
  patchBox,
  patchBoxes,
  readPatch,
  scaleGeometry,
} from '../../../core/image/patch.js';
import { golden as numpy } from '../../fixtures/data/load.js';

const starts = (length: number, patch: number, padding: number, overlap: number) =>
  cutGeometry([length, length], [patch, patch], { overlap: [overlap, overlap], padding: [padding, padding] }).axes[0]
    .starts;

describe('worked examples of the reference', () => {
  test('no padding, no overlap', () => expect(starts(1000, 256, 0, 0)).toEqual([0, 248, 496, 744]));
  test('padding', () => expect(starts(100, 64, 8, 0)).toEqual([0, 26, 52]));
  test('padding and overlap', () => expect(starts(700, 256, 32, 0.5)).toEqual([0, 73, 146, 219, 292, 365, 438, 508]));
});

test('y and x have their own overlap and padding', () => {
  const { axes } = cutGeometry([100, 100], [64, 32], { overlap: [0, 0.5], padding: [8, 0] });
  expect(axes[0].starts).toEqual([0, 26, 52]);
  expect(axes[1]).toMatchObject({ patch: 32, padding: 0, starts: starts(100, 32, 0, 0.5) });
});

test('z runs slowest, then y, then x; boxes start in the padding', () => {
  const geometry = cutGeometry([8, 8, 8], [6, 6, 6], { padding: [1, 1, 1] });
  expect([...patchBoxes(geometry)].map(({ start }) => start.join())).toEqual([
    '-1,-1,-1',
    '-1,-1,3',
    '-1,3,-1',
    '-1,3,3',
    '3,-1,-1',
    '3,-1,3',
    '3,3,-1',
    '3,3,3',
  ]);
});

test.each<[number, number, number, number, RegExp]>([
  [10, 11, 0, 0, /longer than the image/],
  [10, 8, 4, 0, /half of the patch/],
  [10, 8, -1, 0, /half of the patch/],
  [10, 8, 0, 1, /outside \[0, 1\)/],
  [10, 8, 3, 0.9, /no step/],
  [10, 0, 0, 0, /is none/],
])('length %d, patch %d, padding %d, overlap %d is refused', (length, patch, padding, overlap, message) => {
  expect(() => starts(length, patch, padding, overlap)).toThrow(message);
});

const axis = fc.integer({ min: 1, max: 60 }).chain((patch) =>
  fc
    .record({
      patch: fc.constant(patch),
      length: fc.integer({ min: patch, max: 150 }),
      padding: fc.integer({ min: 0, max: Math.max(Math.floor(patch / 2) - 1, 0) }),
      overlap: fc.double({ min: 0, max: 0.95, noNaN: true }),
    })
    .filter((a) => Math.trunc((patch - 2 * a.padding) * (1 - a.overlap)) >= 1),
);

test('patches cover every pixel, stay inside the padded image and ascend', () => {
  fc.assert(
    fc.property(axis, fc.boolean(), ({ length, patch, padding, overlap }, distinct) => {
      const { axes } = cutGeometry([length], [patch], { overlap: [overlap], padding: [padding], distinct });
      const covered = new Uint8Array(length);
      axes[0].starts.forEach((start, i) => {
        expect(start).toBeGreaterThanOrEqual(i ? axes[0].starts[i - 1] + (distinct ? 1 : 0) : 0);
        expect(start + patch).toBeLessThanOrEqual(length + 2 * padding);
        covered.fill(1, start, start + patch - 2 * padding);
      });
      expect(covered.includes(0)).toBe(false);
    }),
  );
});

test('where the overlap is usual the starts are those of the reference formula', () => {
  fc.assert(
    fc.property(axis, ({ length, patch, padding, overlap }) => {
      const step0 = Math.trunc((patch - 2 * padding) * (overlap ? 1 - overlap : 1));
      const n = Math.ceil(length / step0);
      let last = n === 1 ? 0 : (n - 1) * step0 + patch - (length + 2 * padding);
      const share = n === 1 ? 0 : Math.floor(last / (n - 1));
      const step = step0 - share;
      last -= share * (n - 1);
      const reference = Array.from(
        { length: n },
        (_, i) => i * step - (i * step + patch < length + 2 * padding ? 0 : last),
      );
      const { axes } = cutGeometry([length], [patch], { overlap: [overlap], padding: [padding] });
      const reaching = reference.filter((_, i) => i * step + patch >= length + 2 * padding);
      if (reaching.length <= 1) expect(axes[0].starts).toEqual(reference);
      expect(axes[0].starts.length).toBe(n);
    }),
  );
});

const grid = image(
  Uint16Array.from({ length: 30 }, (_, i) => i),
  [5, 6, 1],
);

test('a patch is read when asked for, reflected where it reaches over', () => {
  const geometry = cutGeometry([5, 6], [4, 4], { padding: [1, 1] });
  expect(Array.from(readPatch(grid, patchBox(geometry, 0)).data)).toEqual([
    7, 6, 7, 8, 1, 0, 1, 2, 7, 6, 7, 8, 13, 12, 13, 14,
  ]);
});

test('a clipped box and its margins make up the box', () => {
  const box = { start: [-2, 4], size: [4, 5] };
  expect(clipBox(box, [5, 6])).toEqual({ inside: { start: [0, 4], size: [2, 2] }, before: [2, 0], after: [0, 3] });
  expect(() => clipBox({ start: [5, 0], size: [2, 2] }, [5, 6])).toThrow(/outside/);
});

test('a shape is completed at the start of the axis and cut back to the end', () => {
  const { picture, added } = completeShape(grid, [8, 4]);
  expect(added).toEqual([3, 0]);
  expect(spatialShape(picture)).toEqual([8, 6]);
  expect(Array.from(picture.data.slice(0, 6))).toEqual([18, 19, 20, 21, 22, 23]);
  expect(dropStart(picture, added).data).toEqual(grid.data);
});

test('a whole image is padded at the end to divide by the levels, and cropped back', () => {
  const padded = padToDivisible(grid, 4);
  expect(spatialShape(padded)).toEqual([8, 8]);
  expect(Array.from(padded.data.slice(0, 8))).toEqual([0, 1, 2, 3, 4, 5, 4, 3]);
  expect(cropTo(padded, [5, 6]).data).toEqual(grid.data);
});

test('an upscaled geometry multiplies every length', () => {
  const geometry = cutGeometry([10, 10], [6, 6], { padding: [1, 1] });
  const scaled = scaleGeometry(geometry, [2, 3]);
  expect(scaled.axes[0]).toEqual({
    length: 20,
    patch: 12,
    padding: 2,
    step: 2 * geometry.axes[0].step,
    starts: geometry.axes[0].starts.map((s) => s * 2),
  });
  expect(scaled.count).toBe(geometry.count);
});

test.each(numpy.starts)(
  'patches of $patch of an axis of $length, overlap $overlap and padding $padding, lie where BiaPy puts them',
  ({ length, patch, padding, overlap, starts }) => {
    const { axes } = cutGeometry([length, length], [patch, patch], {
      overlap: [overlap, overlap],
      padding: [padding, padding],
    });
    expect(axes.map((axis) => [...axis.starts])).toEqual([starts, starts]);
  },
);
