import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ForegroundMap, startAround } from '../../../core/image/foreground-map.js';
import { image } from '../../../core/image/image.js';
import { RandomStream } from '../../../core/image/random.js';

const weights = { foreground: 0.94, background: 0.06 };
/** A plane drawn with `#` for foreground. */
function plane(...rows: string[]) {
  const data = Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 7 : 0));
  return image(data, [rows.length, rows[0].length, 1]);
}

describe('the foreground', () => {
  test('is what does not touch the border, corners counted as joined', () => {
    const drawn = plane('#.....', '.#....', '....#.', '....#.', '......');
    expect(new ForegroundMap(drawn, weights).foreground).toBe(2);
  });

  test('is looked at plane by plane', () => {
    const { data } = plane('......', '..##..', '......', '.#####', '..##..', '......');
    expect(new ForegroundMap(image(data, [2, 3, 6, 1]), weights).foreground).toBe(4 - 2);
  });

  test('is any channel', () => {
    const data = new Float32Array(3 * 3 * 2);
    data[9] = 0.5;
    expect(new ForegroundMap(image(data, [3, 3, 2]), weights).foreground).toBe(1);
  });
});

describe('drawn pixels', () => {
  test('lie on the foreground as often as its weight says, each pixel as often as the next', () => {
    const map = new ForegroundMap(plane('.......', '.##....', '.....#.', '.......'), weights);
    const stream = new RandomStream({ seed: 3 });
    const counts = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const pixel = `${map.draw(stream)}`;
      counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    }
    const inner = ['1,1', '1,2', '2,5'].map((pixel) => counts.get(pixel)!);
    for (const count of inner) expect(Math.abs(count / 20_000 - 0.94 / 3)).toBeLessThan(0.015);
    expect(counts.size).toBe(28);
    for (const [pixel, count] of counts)
      if (!['1,1', '1,2', '2,5'].includes(pixel)) expect(Math.abs(count / 20_000 - 0.06 / 25)).toBeLessThan(0.0025);
  });

  test('come from the only side there is', () => {
    const nothing = new ForegroundMap(plane('...', '...'), { foreground: 1, background: 0 });
    const [y, x] = nothing.draw(new RandomStream({ seed: 1 }));
    expect([y < 2, x < 3]).toEqual([true, true]);
  });

  test('are in the image and on the side that was drawn, in volumes too', () => {
    const sides = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 9 }),
    );
    fc.assert(
      fc.property(sides, fc.nat(), (shape, seed) => {
        const noise = new RandomStream({ seed });
        const data = Uint8Array.from({ length: shape[0] * shape[1] * shape[2] }, () => noise.integer(0, 2));
        const map = new ForegroundMap(image(data, [...shape, 1]), { foreground: 1, background: 0 });
        for (let i = 0; i < 5; i++) {
          const [z, y, x] = map.draw(noise);
          expect([z < shape[0], y < shape[1], x < shape[2]]).toEqual([true, true, true]);
          if (map.foreground > 0) expect(data[(z * shape[1] + y) * shape[2] + x]).toBe(1);
        }
      }),
    );
  });
});

test('a patch is moved into the image', () => {
  expect(startAround([0, 50, 99], [10, 11, 10], [100, 100, 100])).toEqual([0, 45, 90]);
});
