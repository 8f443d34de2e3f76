import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Image, image, type PixelArray } from '../../../core/image/image.js';
import { warpPixels } from '../../../core/image/warp.js';
import type { SplineBorder } from '../../../core/nd/spline.js';
import { affineMap } from '../../../plugins/augmenter/affine.js';
import { lowerResolution } from '../../../plugins/augmenter/cutblur.js';
import { gridMask } from '../../../plugins/augmenter/gridmask.js';
import { hideLine } from '../../../plugins/augmenter/missing-sections.js';
import { correlatePlanes, motionKernel } from '../../../plugins/augmenter/motion-blur.js';
import { shearMap } from '../../../plugins/augmenter/shear.js';
import { movePlanes } from '../../../plugins/augmenter/shift.js';

interface Warped {
  border: SplineBorder;
  image: number[];
  mask: number[];
}

interface Golden {
  shape: [number, number];
  picture: number[];
  mask: number[];
  affine: (Warped & { angle: number; zoom: number })[];
  shear: (Warped & { along: number; down: number })[];
  coarse: { factor: number; image: number[] }[];
  grid: {
    side: number;
    step: number;
    ratio: number;
    rows: number;
    columns: number;
    degrees: number;
    invert: boolean;
    kept: number[];
  }[];
  crack: { down: boolean; from: number; to: number; thickness: number; image: number[] }[];
  shift: { down: number; along: number; border: SplineBorder; image: number[] }[];
  motion: { side: number; angle: number; start: number; kernel: number[]; blurred: number[] }[];
}

const golden: Golden = JSON.parse(readFileSync(new URL('../../fixtures/augment/golden.json', import.meta.url), 'utf8'));
const of = (values: number[]): Image => image(Float64Array.from(values), [...golden.shape, 1]);
const pixels = { image: of(golden.picture), target: of(golden.mask) };

function near(found: PixelArray, expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  let worst = 0;
  for (const [i, value] of expected.entries()) worst = Math.max(worst, Math.abs(found[i] - value));
  expect(worst).toBeLessThan(1e-5);
}

describe('scikit-image agrees with', () => {
  test.each(golden.affine)(
    'a turn by $angle° and zoom of $zoom, $border',
    ({ angle, zoom, border, image: expected, mask }) => {
      const map = affineMap({ angle, zoom, quarters: 0, place: [0.5, 0.5] }, golden.shape, golden.shape);
      const warped = warpPixels(pixels, map, { order: 1, border });
      near(warped.image.data, expected);
      expect([...warped.target!.data]).toEqual(mask);
    },
  );

  test.each(golden.shear)(
    'a shear of $along° and $down°, $border',
    ({ along, down, border, image: expected, mask }) => {
      const warped = warpPixels(pixels, shearMap(along, down, golden.shape), { order: 3, border });
      near(warped.image.data, expected);
      expect([...warped.target!.data]).toEqual(mask);
    },
  );

  test.each(golden.coarse)('a resolution lowered $factor times', ({ factor, image: expected }) =>
    near(lowerResolution(pixels.image, factor).data, expected),
  );

  test.each(golden.grid)('a grid of period $step and ratio $ratio at $degrees°', ({ side, kept, ...grid }) =>
    expect([...gridMask([side, side], grid)]).toEqual(kept),
  );

  test.each(golden.crack)('a crack from $from to $to, $thickness thick', ({ image: expected, ...crack }) => {
    const data = Float64Array.from(golden.picture);
    hideLine(data, 0, [...golden.shape, 1], crack);
    near(data, expected);
  });

  test.each(golden.shift)('a shift by $down and $along, $border', ({ down, along, border, image: expected }) =>
    expect([...movePlanes(pixels.image, down, along, border).data]).toEqual(expected),
  );

  test.each(golden.motion)('motion over $side pixels at $angle°', ({ side, angle, start, kernel, blurred }) => {
    const found = motionKernel(side, angle, start);
    near(found, kernel);
    near(correlatePlanes(pixels.image, found, side).data, blurred);
  });
});
