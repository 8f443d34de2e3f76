import { describe, expect, test } from 'vitest';
import type { ArrayWriter } from '../../../core/image/chunked-array.js';
import { boundedSource, deferred } from '../../../core/image/deferred.js';
import { type Image, image, type PixelArray, sizeOf } from '../../../core/image/image.js';
import { readPatch } from '../../../core/image/patch.js';
import { planVolume, writeVolume } from '../../../core/image/write-volume.js';

function volume(shape: number[], fileAxes?: string): Image {
  const whole = image(
    Uint16Array.from({ length: sizeOf(shape) }, (_, i) => i % 60000),
    shape,
    { ...(fileAxes && { fileAxes }), spacing: [2, 1, 1], unit: 'micron' },
  );
  return deferred(boundedSource({ ...whole, file: 'a.zarr', inside: async (box) => readPatch(whole, box) }));
}

describe('plan', () => {
  test.each([
    [[5, 70, 80, 1], 'ZYX', 1, 'ZYX', [5, 70, 80], [5, 64, 64]],
    [[5, 70, 80, 1], 'TCZYX', 3, 'TZYX', [1, 5, 70, 80], [1, 5, 64, 64]],
    [[5, 70, 80, 2], 'ZYX', 1, 'ZYXC', [5, 70, 80, 2], [5, 64, 64, 1]],
    [[5, 70, 80, 2], 'CZYX', 2, 'CZYX', [2, 5, 70, 80], [1, 5, 64, 64]],
    [[5, 70, 80, 1], 'XYZ', 1, 'XYZ', [80, 70, 5], [64, 64, 5]],
    [[5, 70, 80, 1], undefined, 1, 'ZYX', [5, 70, 80], [5, 64, 64]],
  ])('of %j from %s with %i channels', (shape, fileAxes, channels, axes, stored, chunk) => {
    const from = volume([...shape.slice(0, 3), channels], fileAxes);
    const plan = planVolume(volume(shape), from, 'image');
    expect(plan).toMatchObject({ axes, shape: stored, chunk, metadata: { spacing: [2, 1, 1], unit: 'micron' } });
  });
});

test.each(['ZYX', 'CZYX', 'XYZ', 'TZYXC'])('each chunk is written once, in the axes %s', async (axes) => {
  const channels = axes.includes('C') ? 2 : 1;
  const picture = volume([5, 70, 80, channels], axes);
  const plan = planVolume(picture, picture, 'image');
  const strides = plan.shape.map((_, axis) => sizeOf(plan.shape.slice(axis + 1)));
  const stored = new Uint16Array(sizeOf(plan.shape));
  let values = 0;
  const writer: ArrayWriter = {
    plan,
    async write(start: readonly number[], size: readonly number[], data: PixelArray) {
      values += data.length;
      for (let i = 0; i < data.length; i++) {
        let [rest, at] = [i, 0];
        for (let axis = size.length - 1; axis >= 0; axis--) {
          at += (start[axis] + (rest % size[axis])) * strides[axis];
          rest = Math.floor(rest / size[axis]);
        }
        stored[at] = data[i];
      }
    },
    close: async () => {},
  };
  await writeVolume(picture, writer);
  expect(values).toBe(stored.length);
  const of = (letter: string, index: number) => (axes.includes(letter) ? index * strides[axes.indexOf(letter)] : 0);
  for (const [z, y, x, c] of [
    [0, 0, 0, 0],
    [4, 69, 79, channels - 1],
    [2, 64, 63, 0],
    [3, 10, 70, channels - 1],
  ])
    expect(stored[of('Z', z) + of('Y', y) + of('X', x) + of('C', c)]).toBe(
      (((z * 70 + y) * 80 + x) * channels + c) % 60000,
    );
});
