import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clearBorder, hasBit, rowBytes, setBit } from '../../../core/image/bit-plane.js';

/** Pixel by pixel, as long as anything changes. */
function clearedSlowly(plane: boolean[][]): boolean[][] {
  const [height, width] = [plane.length, plane[0].length];
  const joined = plane.map((row, y) =>
    row.map((set, x) => set && (y === 0 || x === 0 || y === height - 1 || x === width - 1)),
  );
  for (let changed = true; changed; ) {
    changed = false;
    for (let y = 1; y < height - 1; y++)
      for (let x = 1; x < width - 1; x++) {
        const near = [-1, 0, 1].some((dy) => [-1, 0, 1].some((dx) => joined[y + dy][x + dx]));
        if (!plane[y][x] || joined[y][x] || !near) continue;
        joined[y][x] = true;
        changed = true;
      }
  }
  return plane.map((row, y) => row.map((set, x) => set && !joined[y][x]));
}

test('what is joined to the border goes, and nothing else', () => {
  const sides = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(
      sides.chain(([height, width]) => {
        const pixel = fc.integer({ min: 0, max: 9 }).map((value) => value < 4);
        const row = fc.array(pixel, { minLength: width, maxLength: width });
        return fc.array(row, { minLength: height, maxLength: height });
      }),
      (plane) => {
        const [height, width] = [plane.length, plane[0].length];
        const bits = new Uint8Array(height * rowBytes(width));
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (plane[y][x]) setBit(bits, width, y, x);
        clearBorder(bits, height, width);
        expect(plane.map((row, y) => row.map((_, x) => hasBit(bits, width, y, x)))).toEqual(clearedSlowly(plane));
      },
    ),
    { numRuns: 300 },
  );
});
