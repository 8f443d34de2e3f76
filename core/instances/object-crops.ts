/** Objects one by one, each cut out with a margin. */

import { type Image, image } from '../image/image.js';
import { cropOf } from '../nd/fill-holes.js';
import { findRegions, type Region } from '../nd/regions.js';
import { volumeOf } from '../nd/volume.js';

export interface ObjectCrop {
  readonly region: Region;
  /** 1 on the object, uint8 `[[z,] y, x, 1]`. */
  readonly mask: Image;
  /** Calls `visit` with each pixel's place in the crop and in the whole image. */
  each(visit: (inCrop: number, inImage: number) => void): void;
}

/** @param margin pixels around the bounding box along every axis, as far as the image goes. */
export function* objectCrops(labels: Image, margin: number): Generator<ObjectCrop> {
  const { values, depth, height, width, axes } = volumeOf(labels);
  for (const region of findRegions(labels)) {
    const { start, sides } = cropOf(region);
    const limits = [depth, height, width];
    const first = start.map((at) => Math.max(at - margin, 0));
    const end = start.map((at, axis) => Math.min(at + sides[axis] + margin, limits[axis]));
    const [d, h, w] = end.map((behind, axis) => behind - first[axis]);
    const each: ObjectCrop['each'] = (visit) => {
      for (let z = 0, inCrop = 0; z < d; z++)
        for (let y = 0; y < h; y++) {
          const row = ((first[0] + z) * height + first[1] + y) * width + first[2];
          for (let x = 0; x < w; x++, inCrop++) visit(inCrop, row + x);
        }
    };
    const mask = new Uint8Array(d * h * w);
    each((inCrop, inImage) => {
      if (values[inImage] === region.label) mask[inCrop] = 1;
    });
    yield { region, mask: image(mask, axes === 3 ? [d, h, w, 1] : [h, w, 1]), each };
  }
}
