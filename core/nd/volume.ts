/** Images seen as volumes, so that one loop serves 2D and 3D. */

import type { Image, PixelArray } from '../image/image.js';

/** The first channel of an image. */
export interface Volume {
  /** C order, one value for each pixel. */
  readonly values: PixelArray;
  readonly depth: number;
  readonly height: number;
  readonly width: number;
  /** Axes of the image; a flat one is a single slice. */
  readonly axes: 2 | 3;
}

/** The first channel of `[[z,] y, x, c]`; not copied where it is the only one. */
export function volumeOf(picture: Image): Volume {
  const { data, shape } = picture;
  const channels = shape[shape.length - 1];
  const [depth, height, width] = shape.length === 4 ? shape : [1, ...shape];
  let values = data;
  if (channels !== 1) {
    values = new (data.constructor as new (length: number) => PixelArray)(data.length / channels);
    for (let i = 0; i < values.length; i++) values[i] = data[i * channels];
  }
  return { values, depth, height, width, axes: shape.length === 4 ? 3 : 2 };
}

/** `[z, y, x]` of numbers given for the axes of an image; `flat` stands for the z of a single slice. */
export function threeAxes(numbers: readonly number[], flat: number): readonly [number, number, number] {
  return numbers.length === 3 ? [numbers[0], numbers[1], numbers[2]] : [flat, numbers[0], numbers[1]];
}

/** Offsets of the neighbours that differ in at most `connectivity` axes, in C order. */
export function neighbourSteps(axes: 2 | 3, connectivity: number): { z: number; y: number; x: number }[] {
  if (!(Number.isInteger(connectivity) && connectivity >= 1 && connectivity <= axes))
    throw new RangeError(`a connectivity of ${connectivity} is not from 1 to ${axes}`);
  const steps: { z: number; y: number; x: number }[] = [];
  for (const z of axes === 3 ? [-1, 0, 1] : [0])
    for (const y of [-1, 0, 1])
      for (const x of [-1, 0, 1]) {
        const differing = Math.abs(z) + Math.abs(y) + Math.abs(x);
        if (differing > 0 && differing <= connectivity) steps.push({ z, y, x });
      }
  return steps;
}
