import { expect, test } from 'vitest';
import { image } from '../../../core/image/image.js';
import { watershed } from '../../../core/nd/watershed.js';
import { cases, golden } from '../../fixtures/segmentation/load.js';

test.each(cases.watershed)(
  '$name, mask $mask, connectivity $connectivity, compactness $compactness, by slices $bySlices: labels of scikit-image',
  ({ name, mask, expected, ...options }) => {
    const found = watershed(golden(`${name}-surface`), golden(`${name}-markers`), {
      ...options,
      ...(mask && { mask: golden(name) }),
    });
    const wanted = golden(expected);
    expect(found.shape).toEqual(wanted.shape);
    expect(found.data).toEqual(wanted.data);
  },
);

test('labels beyond 65535 are kept, and other sides refused', () => {
  const flat = image(new Float32Array(3), [1, 3, 1]);
  const markers = image(Uint32Array.of(100_000, 0, 0), [1, 3, 1]);
  expect([...watershed(flat, markers).data]).toEqual([100_000, 100_000, 100_000]);
  expect(() => watershed(flat, golden('blobs'))).toThrow('sides 48×40 are not those of the surface, 1×3');
});

test('a large image is flooded as its parts are', () => {
  const [height, width] = [2060, 2060];
  const surface = Float32Array.from(
    { length: height * width },
    (_, at) => Math.fround(Math.sin(at * 12.9898) * 43758.5453) % 1,
  );
  const markers = new Uint32Array(height * width);
  const label = (at: number) => 1 + Math.floor(at / (width * 103)) * 20 + Math.floor((at % width) / 103);
  const mask = Uint8Array.from({ length: height * width }, (_, at) =>
    Number((at % width) % 103 > 0 && Math.floor(at / width) % 103 > 0),
  );
  // Four markers in each of the squares that the mask parts.
  for (let y = 30; y < height; y += 103)
    for (let x = 30; x < width; x += 103)
      for (const [i, step] of [0, 40, 40 * width, 40 * width + 40].entries())
        markers[y * width + x + step] = 4 * label(y * width + x) + i;
  const flood = (top: number, side: number) => {
    const crop = <T extends Float32Array | Uint32Array | Uint8Array>(values: T) =>
      values.subarray(top * width, (top + side) * width);
    const shape = [side, width, 1];
    return watershed(image(crop(surface), shape), image(crop(markers), shape), { mask: image(crop(mask), shape) }).data;
  };
  const whole = flood(0, height);
  expect(whole.subarray(103 * 7 * width, 103 * 8 * width)).toEqual(flood(103 * 7, 103));
});
