import { expect, test } from 'vitest';
import { ringOf } from '../../../core/instances/ring-cells.js';

/** Rims of a height at 12 pixels on both sides of 20, over a floor. */
const profile = (rim: number, floor: number, outside = floor) =>
  Float64Array.from({ length: 41 }, (_, at) => {
    const away = Math.abs(at - 20);
    return away > 12 && outside !== floor
      ? outside
      : floor + (rim - floor) * Math.exp(-(((away - 12) / 2) ** 2)) + 0.01 * away;
  });
const middles = { y: 20, x: 20 };
const patch = { y: 24, x: 24 };
const ring = (y: Float64Array, x: Float64Array) => ringOf({ y, x }, middles, patch);

test('dark in the middle, bright on both sides, dark behind: the distance between the rims', () => {
  const line = profile(200, 40);
  expect(ring(line, line)).toEqual({ y: 24, x: 24 });
});

test('one line that does not rise, or does not fall behind, is no ring', () => {
  const line = profile(200, 40);
  expect(ring(line, profile(50, 40))).toBeUndefined();
  expect(ring(profile(200, 40, 190), line)).toBeUndefined();
  expect(ring(line, new Float64Array(41).fill(7))).toBeUndefined();
});

test('lines that the edge of the image cuts short keep their middle', () => {
  const whole = profile(200, 40);
  const found = ringOf({ y: whole.subarray(4), x: whole }, { y: 16, x: 20 }, patch);
  expect(found).toEqual({ y: 24, x: 24 });
});
